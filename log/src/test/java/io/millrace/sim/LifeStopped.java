package io.millrace.sim;

/**
 * The simulated process died inside a disk operation. An {@code Error}, and thrown again by every later operation, so
 * that no code of the dying life can change the disk on its way out.
 *
 * <p>Thread: any.
 */
public final class LifeStopped extends Error {
    public LifeStopped(String where) {
        super(where, null, false, false);
    }
}
