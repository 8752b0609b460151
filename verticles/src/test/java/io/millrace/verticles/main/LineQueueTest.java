package io.millrace.verticles.main;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.read.ListAppender;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Thread: the test's. */
class LineQueueTest {
    private static final long NOON = 1_800_000_000_000L;
    private static final String WAITS = "log {} has to wait for a free file handle";

    private final LoggerContext context = new LoggerContext();
    private final LineQueue queue = new LineQueue(context.getLogger("queue"));
    private final ListAppender<ILoggingEvent> written = new ListAppender<>();

    @BeforeEach
    void start() {
        context.setMDCAdapter(new LogbackMDCAdapter());
        written.setContext(context);
        written.start();
        queue.setContext(context);
        queue.setQueueSize(10_000);
        queue.setDiscardingThreshold(0);
        queue.addAppender(written);
        queue.start();
    }

    @AfterEach
    void stop() {
        queue.stop();
    }

    private void say(String text, long at, Object... arguments) {
        LoggingEvent event = new LoggingEvent("", context.getLogger("some"), Level.WARN, text, null, arguments);
        event.setInstant(Instant.ofEpochMilli(at));
        queue.doAppend(event);
    }

    /** What is queued is written when the queue ends. */
    private List<String> lines() {
        queue.stop();
        return written.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void oneComplaintOfThousandsOfThingsLeavesRoomForOthers() {
        for (int i = 0; i < 5_000; i++) {
            say(WAITS, NOON + i, "orders-" + i);
        }
        say("broker {} is gone", NOON + 5_000, 3);

        assertThat(lines())
                .hasSize(LineQueue.MOST_ALIKE + 2)
                .contains("log orders-99 has to wait for a free file handle", "broker 3 is gone")
                .doesNotContain("log orders-100 has to wait for a free file handle")
                .anyMatch(line -> line.contains("more of them are left out"));
    }

    @Test
    void itIsHeardAgainTenSecondsLater() {
        for (int i = 0; i < 200; i++) {
            say(WAITS, NOON, "early-" + i);
        }
        say(WAITS, NOON + LineQueue.WINDOW_MS, "late");

        assertThat(lines()).contains("log late has to wait for a free file handle");
    }

    @Test
    void whatIsLostIsAlwaysTold() {
        for (int i = 0; i < 500; i++) {
            say("SAFETY: {}", NOON, "orders-" + i + " is gone");
        }

        assertThat(lines()).hasSize(500);
    }
}
