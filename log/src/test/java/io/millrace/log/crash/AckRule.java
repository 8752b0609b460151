package io.millrace.log.crash;

import io.millrace.log.LogConfig;

/**
 * When a batch counts as acknowledged.
 *
 * <p>Thread: any.
 */
enum AckRule {
    /** As the product does it: synced in group mode, written in page-cache mode. */
    BY_FLUSH_MODE,
    /** A planted bug: written is enough, also in group mode. */
    AT_WRITTEN,
    /** A planted bug: assigned is enough. */
    AT_ASSIGNED;

    boolean atSynced(LogConfig config) {
        return this == BY_FLUSH_MODE && config.syncsBeforeAck();
    }
}
