package io.millrace.verticles.main;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last resort for exceptions that nobody caught: the trace goes to the log file, one line to the terminal.
 *
 * <p>Thread: any.
 */
final class Uncaught {
    private static final Logger log = LoggerFactory.getLogger(Uncaught.class);

    private Uncaught() {}

    /** From now on, exceptions that end a thread are reported here and not dumped. */
    static void install() {
        Thread.setDefaultUncaughtExceptionHandler((thread, exception) ->
                log.error("thread {} ended: {}", thread.getName(), summary(exception), exception));
    }

    static void report(String what, Throwable exception) {
        log.error("{}: {}", what, summary(exception), exception);
    }

    /** The innermost cause in one line: what a person can act on. */
    static String summary(Throwable exception) {
        Throwable cause = exception;
        for (int depth = 0; cause.getCause() != null && depth < 20; depth++) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return message == null
                ? cause.getClass().getSimpleName()
                : cause.getClass().getSimpleName() + ": "
                        + message.lines().findFirst().orElse("");
    }
}
