package io.millrace.bench;

/**
 * Waiting, where a measurement needs quiet.
 *
 * <p>Thread: the caller's.
 */
final class Pause {
    private Pause() {}

    static void ms(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
