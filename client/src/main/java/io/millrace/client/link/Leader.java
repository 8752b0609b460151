package io.millrace.client.link;

/**
 * Who leads a partition, as of an epoch.
 *
 * <p>Thread: immutable.
 */
public record Leader(int brokerId, int epoch) {
    /** Nobody leads now. */
    public static final int NOBODY = -1;

    public boolean isKnown() {
        return brokerId != NOBODY;
    }
}
