package io.millrace.verticles.main;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

/** Our lines against those of logback's patterns, which they replace. */
class LineEncoderTest {
    private static final String TERMINAL = "%d{HH:mm:ss.SSS} %-5level %msg%n%nopex";
    private static final String FILE = "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level [%thread] %logger{0}: %msg%n%ex";

    private final LoggerContext context = new LoggerContext();

    @Test
    void aLineForTheTerminalIsWhatThePatternSays() {
        LineEncoder encoder = LineEncoder.forTerminal(ZoneId.systemDefault());
        assertThat(text(encoder, event(Level.INFO, null))).isEqualTo(byPattern(TERMINAL, event(Level.INFO, null)));
    }

    @Test
    void aLineForTheFileIsWhatThePatternSays() {
        LineEncoder encoder = LineEncoder.forFile(ZoneId.systemDefault());
        assertThat(text(encoder, event(Level.ERROR, null))).isEqualTo(byPattern(FILE, event(Level.ERROR, null)));
    }

    @Test
    void whatWasThrownIsTracedInTheFileWithItsCauseAndNotOnTheTerminal() {
        Throwable thrown = new IllegalStateException("lost", new RuntimeException("disk"));
        String inFile = text(LineEncoder.forFile(ZoneId.systemDefault()), event(Level.WARN, thrown));
        assertThat(inFile)
                .contains("java.lang.IllegalStateException: lost", "Caused by: java.lang.RuntimeException: disk")
                .endsWith(System.lineSeparator());
        String onTerminal = text(LineEncoder.forTerminal(ZoneId.systemDefault()), event(Level.WARN, thrown));
        assertThat(onTerminal).isEqualTo(byPattern(TERMINAL, event(Level.WARN, thrown)));
    }

    private LoggingEvent event(Level level, Throwable thrown) {
        LoggingEvent event = new LoggingEvent(
                "", context.getLogger("io.millrace.Some"), level, "node {} says \u00e4", thrown, new Object[] {1});
        event.setTimeStamp(1_795_739_962_007L);
        event.setThreadName("vert.x-eventloop-thread-0");
        return event;
    }

    private static String text(LineEncoder encoder, ILoggingEvent event) {
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }

    private String byPattern(String pattern, ILoggingEvent event) {
        PatternLayout layout = new PatternLayout();
        layout.setContext(context);
        layout.setPattern(pattern);
        layout.start();
        return layout.doLayout(event);
    }
}
