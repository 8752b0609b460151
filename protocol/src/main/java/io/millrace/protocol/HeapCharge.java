package io.millrace.protocol;

/**
 * Is told how much heap a decoded request holds, so that it can be taken from a permit.
 *
 * <p>Thread: the one that decodes.
 */
@FunctionalInterface
public interface HeapCharge {
    /** For those who keep no account. */
    HeapCharge NONE = bytes -> {};

    /** Called once per request that was decoded; the figure is an upper bound. */
    void charge(long bytes);
}
