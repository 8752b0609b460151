package io.millrace.verticles.listener;

import io.millrace.protocol.Api;

/**
 * Says how large a request frame of an API may be.
 *
 * <p>Thread: any.
 */
@FunctionalInterface
interface FrameLimits {
    /** The largest frame in bytes, the size field not counted; 0 or less when the API is not served at all. */
    int maxFrameBytes(short apiKey);

    /** The largest frame of any API, which is a Produce: what a size may say while the API is not known yet. */
    default int largestFrameBytes() {
        return maxFrameBytes(Api.PRODUCE.key());
    }
}
