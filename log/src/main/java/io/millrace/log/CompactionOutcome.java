package io.millrace.log;

/** What came of one pass of compaction. Thread: any (immutable). */
public sealed interface CompactionOutcome {
    /**
     * @param mapUtilization how full the table of keys was, 1 for full
     * @param nanos how long it took on the thread of the bench
     */
    record Done(
            long bytesRead, long bytesWritten, long recordsRead, long recordsKept, double mapUtilization, long nanos)
            implements CompactionOutcome {}

    /** Nothing could be done now: too little of the log is durable yet, or it changed meanwhile, or space is short. */
    record Postponed(String why) implements CompactionOutcome {}

    /** The log cannot be compacted, and is not tried again before a restart: a batch in it is damaged. */
    record Impossible(String why) implements CompactionOutcome {}
}
