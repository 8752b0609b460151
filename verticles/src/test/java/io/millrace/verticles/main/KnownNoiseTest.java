package io.millrace.verticles.main;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import org.junit.jupiter.api.Test;

/** Thread: the test's. */
class KnownNoiseTest {
    private static final String CONNECTION = "io.vertx.core.net.impl.ConnectionBase";
    private static final String CONTEXT = "io.vertx.core.impl.ContextImpl";

    private final LoggerContext context = new LoggerContext();

    @Test
    void aResetConnectionIsNoNews() {
        assertThat(reply(CONNECTION, "recvAddress(..) failed with error(-104): Connection reset by peer", null))
                .isEqualTo(FilterReply.DENY);
        assertThat(reply(CONNECTION, "something else", null)).isEqualTo(FilterReply.NEUTRAL);
        assertThat(reply("io.millrace.Some", "Connection reset by peer", null)).isEqualTo(FilterReply.NEUTRAL);
    }

    @Test
    void aPromiseCompletedTwiceIsNoNewsWhereAMessageIsWrittenToAnotherNode() {
        String twice = "Promise already completed";
        assertThat(reply(
                        CONTEXT,
                        "Unhandled exception",
                        thrown(twice, "io.vertx.core.eventbus.impl.clustered.OutboundConnection")))
                .isEqualTo(FilterReply.DENY);
        assertThat(reply(
                        CONTEXT,
                        "Unhandled exception",
                        thrown(twice, "io.vertx.core.net.impl.DelegatingChannelPromise")))
                .isEqualTo(FilterReply.DENY);
        assertThat(reply(CONTEXT, "Unhandled exception", thrown(twice, "io.millrace.verticles.shard.Shard")))
                .isEqualTo(FilterReply.NEUTRAL);
        assertThat(reply(
                        CONTEXT,
                        "Unhandled exception",
                        thrown("a bug", "io.vertx.core.eventbus.impl.clustered.OutboundConnection")))
                .isEqualTo(FilterReply.NEUTRAL);
        assertThat(reply(CONTEXT, "Unhandled exception", null)).isEqualTo(FilterReply.NEUTRAL);
    }

    private static Throwable thrown(String message, String where) {
        Throwable thrown = new IllegalStateException(message);
        thrown.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("io.vertx.core.Promise", "fail", "Promise.java", 104),
            new StackTraceElement(where, "some", "Some.java", 1)
        });
        return thrown;
    }

    private FilterReply reply(String logger, String message, Throwable thrown) {
        return new KnownNoise()
                .decide(new LoggingEvent("", context.getLogger(logger), Level.ERROR, message, thrown, null));
    }
}
