package io.millrace.verticles.listener;

import io.millrace.verticles.metrics.BrokerMetrics;

/**
 * What the connections of one listener share.
 *
 * <p>Thread: any; immutable.
 *
 * @param name the listener's name, for example {@code PLAINTEXT}
 * @param frameLimits the largest frame per API
 */
record ListenerContext(
        String name,
        ListenerLimits limits,
        FrameLimits frameLimits,
        RequestMemory memory,
        RequestDispatcher dispatcher,
        BrokerMetrics metrics) {}
