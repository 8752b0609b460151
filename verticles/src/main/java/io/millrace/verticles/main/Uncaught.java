package io.millrace.verticles.main;

import java.util.concurrent.RejectedExecutionException;
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
        Thread.setDefaultUncaughtExceptionHandler((thread, exception) -> {
            if (!isOfTheEnd(exception, Shutdown.isUnderWay())) {
                log.error("thread {} ended: {}", thread.getName(), summary(exception), exception);
            }
        });
    }

    /** What a worker has done comes back to a loop that has ended with the node: nobody waits for it. */
    static boolean isOfTheEnd(Throwable exception, boolean stopping) {
        return stopping && exception instanceof RejectedExecutionException;
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
