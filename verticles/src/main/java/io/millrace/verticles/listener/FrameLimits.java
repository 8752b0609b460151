package io.millrace.verticles.listener;

/**
 * Says how large a request frame of an API may be.
 *
 * <p>Thread: any.
 */
@FunctionalInterface
interface FrameLimits {
    /** The largest frame in bytes, the size field not counted; 0 or less when the API is not served at all. */
    int maxFrameBytes(short apiKey);
}
