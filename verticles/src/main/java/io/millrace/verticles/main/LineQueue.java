package io.millrace.verticles.main;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A queue of log lines that no single complaint can fill: of lines that say the same of different things only so many pass in
 * ten seconds, then one that says so. A process without free file handles would else write a line for each log and try,
 * thousands a second, until the files of {@code node.log} hold nothing but that. {@code SAFETY} lines always pass.
 *
 * <p>Thread: any.
 */
final class LineQueue extends AsyncAppender {
    static final int MOST_ALIKE = 100;
    static final long WINDOW_MS = 10_000;
    private static final String ALWAYS = "SAFETY";
    /** Texts that are made anew each time are not kept for ever. */
    private static final int MOST_TEXTS = 1_000;

    private final Map<String, Window> texts = new ConcurrentHashMap<>();
    private final Logger own;

    LineQueue(Logger own) {
        this.own = own;
    }

    @Override
    protected void append(ILoggingEvent event) {
        String text = event.getMessage();
        int number = text == null || text.startsWith(ALWAYS) ? 1 : numberOf(text, event.getTimeStamp());
        if (number <= MOST_ALIKE) {
            super.append(event);
        }
        if (number == MOST_ALIKE) {
            super.append(new LoggingEvent(
                    LineQueue.class.getName(),
                    own,
                    Level.WARN,
                    MOST_ALIKE + " lines like the last one within " + WINDOW_MS / 1_000
                            + " s: more of them are left out until then",
                    null,
                    null));
        }
    }

    private int numberOf(String text, long now) {
        if (texts.size() >= MOST_TEXTS) {
            texts.clear();
        }
        return texts.computeIfAbsent(text, first -> new Window(now)).next(now);
    }

    /** How often one text came lately. */
    private static final class Window {
        private long since;
        private int lines;

        Window(long since) {
            this.since = since;
        }

        synchronized int next(long now) {
            if (now - since >= WINDOW_MS) {
                since = now;
                lines = 0;
            }
            lines = Math.min(lines + 1, MOST_ALIKE + 1);
            return lines;
        }
    }
}
