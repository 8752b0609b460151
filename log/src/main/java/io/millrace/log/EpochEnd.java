package io.millrace.log;

/**
 * The answer to "where did this leader epoch end" (KIP-320): the largest epoch not above the asked one, and the offset at
 * which the next one starts.
 *
 * <p>Thread: any (immutable).
 *
 * @param endOffset exclusive
 */
public record EpochEnd(int epoch, long endOffset) {
    public static final EpochEnd UNKNOWN = new EpochEnd(-1, -1L);

    public boolean isKnown() {
        return epoch >= 0;
    }
}
