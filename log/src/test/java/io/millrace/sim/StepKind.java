package io.millrace.sim;

/**
 * The kinds of operation that change a disk; each one is a numbered step at which a life can be stopped.
 *
 * <p>Thread: any.
 */
public enum StepKind {
    CREATE,
    WRITE,
    TRUNCATE,
    SYNC,
    RENAME,
    DELETE,
    CREATE_DIRECTORY,
    SYNC_DIRECTORY
}
