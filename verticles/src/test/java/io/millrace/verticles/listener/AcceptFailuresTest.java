package io.millrace.verticles.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Thread: the test's. */
class AcceptFailuresTest {
    @Test
    void whatCannotBeAcceptedWaitsForASecondAndReachesNobodyElse() {
        EmbeddedChannel server = new EmbeddedChannel(new AcceptFailures("PLAINTEXT"));
        server.freezeTime();

        server.pipeline()
                .fireExceptionCaught(new IOException("accept(..) failed with error(-24): Too many open files"));

        assertThat(server.config().isAutoRead()).isFalse();
        server.checkException();
        server.advanceTimeBy(AcceptFailures.PAUSE_MS, TimeUnit.MILLISECONDS);
        server.runPendingTasks();
        server.runScheduledPendingTasks();
        assertThat(server.config().isAutoRead()).isTrue();
    }
}
