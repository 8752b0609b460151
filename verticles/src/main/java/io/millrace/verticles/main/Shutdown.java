package io.millrace.verticles.main;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What SIGTERM and SIGINT do: a controlled stop within a deadline, then an exit code that says whether it was clean.
 *
 * <p>The JVM would report 143 for a stop that was asked for and went well; supervisors take that for a failure. So the hook
 * itself ends the process when it is done.
 *
 * <p>Thread: the JVM's shutdown hook.
 */
final class Shutdown {
    private static final Logger log = LoggerFactory.getLogger(Shutdown.class);
    private static volatile boolean disarmed;
    private static volatile boolean underWay;

    private Shutdown() {}

    static void onSignal(NodeRuntime node, long deadlineMs) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node, deadlineMs), "millrace-shutdown"));
    }

    /** The process ends by itself, with an exit code of its own: the hook must not replace it. */
    static void disarm() {
        disarmed = true;
    }

    /** A signal has come: what fails from now on fails because the node is being stopped. */
    static boolean isUnderWay() {
        return underWay;
    }

    private static void stop(NodeRuntime node, long deadlineMs) {
        underWay = !disarmed;
        long startedNanos = System.nanoTime();
        int code = ExitCode.OK;
        try {
            node.stop(Duration.ofMillis(deadlineMs)).toCompletableFuture().get(deadlineMs, TimeUnit.MILLISECONDS);
            if (!disarmed) {
                log.info(
                        "stopped cleanly after {} ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos));
            }
        } catch (TimeoutException late) {
            log.error("could not stop cleanly within {} ms; ending all the same, the next start recovers", deadlineMs);
            code = ExitCode.FAILED;
        } catch (Exception failure) {
            log.error("could not stop cleanly: {}; the next start recovers", Uncaught.summary(failure), failure);
            code = ExitCode.FAILED;
        }
        LogSetup.close();
        if (!disarmed) {
            Runtime.getRuntime().halt(code);
        }
    }
}
