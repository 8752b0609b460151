package io.millrace.log.io;

/** Waits for a sync. Thread: called once, on the sync pool. */
@FunctionalInterface
public interface SyncCallback {
    /** @param durable false when the directory is offline: nothing may be said to be durable */
    void synced(boolean durable);
}
