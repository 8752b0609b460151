package io.millrace.verticles.main;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;

/**
 * A log line: {@code 12:34:56.789 INFO  message} for the terminal; for the file with its date, thread and class, and with
 * the trace of what was thrown.
 *
 * <p>logback's own layouts read a pattern, for which they first load a converter for everything that a pattern could ask for: a
 * hundred and fifty classes before the config is read.
 *
 * <p>Thread: that of the queue in front of the appender.
 */
final class LineEncoder extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = {};
    private static final int LEVEL_WIDTH = 5;
    private static final String LINE_END = System.lineSeparator();

    private final boolean forFile;
    private final ZoneId zone;

    private LineEncoder(boolean forFile, ZoneId zone) {
        this.forFile = forFile;
        this.zone = zone;
    }

    static LineEncoder forTerminal(ZoneId zone) {
        return new LineEncoder(false, zone);
    }

    static LineEncoder forFile(ZoneId zone) {
        return new LineEncoder(true, zone);
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        appendTime(line, LocalDateTime.ofInstant(Instant.ofEpochMilli(event.getTimeStamp()), zone));
        String level = event.getLevel().toString();
        line.append(' ').append(level).append(" ".repeat(Math.max(0, LEVEL_WIDTH - level.length())));
        if (forFile) {
            String logger = event.getLoggerName();
            line.append(" [")
                    .append(event.getThreadName())
                    .append("] ")
                    .append(logger, logger.lastIndexOf('.') + 1, logger.length())
                    .append(':');
        }
        line.append(' ').append(event.getFormattedMessage()).append(LINE_END);
        if (forFile && event.getThrowableProxy() != null) {
            line.append(ThrowableProxyUtil.asString(event.getThrowableProxy())).append(LINE_END);
        }
        return line.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void appendTime(StringBuilder line, LocalDateTime time) {
        if (forFile) {
            appendDigits(line, time.getYear(), 4).append('-');
            appendDigits(line, time.getMonthValue(), 2).append('-');
            appendDigits(line, time.getDayOfMonth(), 2).append(' ');
        }
        appendDigits(line, time.getHour(), 2).append(':');
        appendDigits(line, time.getMinute(), 2).append(':');
        appendDigits(line, time.getSecond(), 2).append('.');
        appendDigits(line, time.getNano() / 1_000_000, 3);
    }

    private static StringBuilder appendDigits(StringBuilder line, int value, int digits) {
        String shown = Integer.toString(value);
        return line.append("0".repeat(Math.max(0, digits - shown.length()))).append(shown);
    }
}
