package io.millrace.verticles.listener;

import io.millrace.verticles.metrics.BrokerMetrics;

/**
 * What the connections of one listener share.
 *
 * <p>Thread: any; immutable.
 *
 * @param name the listener's name, for example {@code PLAINTEXT}
 * @param frameLimits the largest frame per API
 * @param memory for the frames of requests
 * @param decoded for the heap that large requests take once they are decoded
 */
record ListenerContext(
        String name,
        ListenerLimits limits,
        FrameLimits frameLimits,
        RequestMemory memory,
        RequestMemory decoded,
        RequestDispatcher dispatcher,
        BrokerMetrics metrics) {}
