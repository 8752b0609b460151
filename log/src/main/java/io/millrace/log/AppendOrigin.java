package io.millrace.log;

/**
 * Who asks for an append; it decides what is checked (the table stands at {@code BatchValidator}).
 *
 * <p>Thread: any.
 */
public enum AppendOrigin {
    /** A producer: everything is checked. */
    CLIENT,
    /** A coordinator of this broker: may write control batches. */
    COORDINATOR,
    /** The leader's log, copied: offsets and epochs are set, sequences were checked there. */
    REPLICATION
}
