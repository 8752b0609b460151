package io.millrace.log.batch;

/**
 * Arithmetic on producer sequences, which run from 0 to 2^31-1 and start again at 0.
 *
 * <p>Thread: any (no state).
 */
public final class Sequences {
    private Sequences() {}

    public static int plus(int sequence, int increment) {
        return sequence > Integer.MAX_VALUE - increment
                ? increment - (Integer.MAX_VALUE - sequence) - 1
                : sequence + increment;
    }

    public static int minus(int sequence, int decrement) {
        return sequence < decrement ? Integer.MAX_VALUE - (decrement - sequence) + 1 : sequence - decrement;
    }

    /** Whether {@code next} is the sequence that comes right after {@code last}. */
    public static boolean follows(int last, int next) {
        return next == (last == Integer.MAX_VALUE ? 0 : last + 1);
    }
}
