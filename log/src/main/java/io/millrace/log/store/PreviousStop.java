package io.millrace.log.store;

/** How the last process that used a log directory ended. Thread: any. */
public enum PreviousStop {
    /** Everything was synced and said so; a directory that was never used counts as clean. */
    CLEAN,
    /** The process died, the kernel and its page cache went on: whatever was written is still there. */
    PROCESS_CRASH,
    /** Another kernel boot or mount than before: whatever was not synced may be lost. */
    MACHINE_CRASH
}
