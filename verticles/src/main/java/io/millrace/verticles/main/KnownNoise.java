package io.millrace.verticles.main;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Leaves out two lines that Vert.x writes as errors when another node dies, and that say nothing to anybody: a connection of
 * the bus was reset (who loses it tells of that, with the node's name), and the promise of a message on that connection was
 * completed twice, by the write that failed and by the connection that closed. Everything else of these loggers stays.
 *
 * <p>Thread: any (no state).
 */
final class KnownNoise extends Filter<ILoggingEvent> {
    private static final String CONNECTION = "io.vertx.core.net.impl.ConnectionBase";
    private static final String CONTEXT = "io.vertx.core.impl.ContextImpl";
    /** Whose frames are near the top of the trace when it is about a write to a connection. */
    private static final String BUS_CONNECTION = "io.vertx.core.eventbus.impl.clustered.OutboundConnection";

    private static final String WRITE = "io.vertx.core.net.impl.DelegatingChannelPromise";
    private static final int NEAR_THE_TOP = 12;

    @Override
    public FilterReply decide(ILoggingEvent event) {
        return isNoise(event) ? FilterReply.DENY : FilterReply.NEUTRAL;
    }

    private static boolean isNoise(ILoggingEvent event) {
        switch (event.getLoggerName()) {
            case CONNECTION:
                String message = event.getFormattedMessage();
                return message.contains("Connection reset by peer") || message.contains("Broken pipe");
            case CONTEXT:
                return isCompletedTwice(event.getThrowableProxy());
            default:
                return false;
        }
    }

    private static boolean isCompletedTwice(IThrowableProxy thrown) {
        if (thrown == null || !"Promise already completed".equals(thrown.getMessage())) {
            return false;
        }
        StackTraceElementProxy[] frames = thrown.getStackTraceElementProxyArray();
        for (int i = 0; i < Math.min(NEAR_THE_TOP, frames.length); i++) {
            String where = frames[i].getStackTraceElement().getClassName();
            if (where.equals(BUS_CONNECTION) || where.equals(WRITE)) {
                return true;
            }
        }
        return false;
    }
}
