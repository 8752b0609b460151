package io.millrace.log.crash;

import io.millrace.log.PartitionLog;

/**
 * One partition after a recovery, beside what it had promised before.
 *
 * <p>Thread: the simulation's only thread.
 */
record Recovered(PartitionLog log, LogContent content, History history) {
    /** How the life before ended; null after a clean close. */
    CrashKind ending() {
        return history.ending();
    }

    /** Below this offset nothing may be missing, whatever was acknowledged. */
    long promisedEnd() {
        if (ending() == null) {
            return history.assignedEnd();
        }
        return ending().losesPower() ? history.syncedEnd() : history.writtenEnd();
    }
}
