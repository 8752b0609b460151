package io.millrace.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import io.millrace.sim.Invariant;
import java.util.List;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * What the node's code logs as an ERROR is a defect: shells catch what their machines throw, say so and go on.
 *
 * <p>Thread: the simulation's only thread; one at a time.
 */
final class SimErrors extends AppenderBase<ILoggingEvent> implements Invariant, AutoCloseable {
    /** What an operator is told when a disk has lost what it held; begins with one of these. */
    private static final List<String> ABOUT_LOST_DISKS = List.of("SAFETY: ");
    /** What an operator is told of a disk that is full. */
    private static final String ABOUT_FULL_DISKS = ": no space left, appends are refused until there is some";

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.millrace");
    private final Level before = logger.getLevel();
    /** What an operator is told of the directory that may fail, and of what was in it. */
    private static final List<String> ABOUT_FAILED_DIRECTORIES = List.of(
            "Log directory " + SimBroker.MORE,
            SimBroker.MORE + " is left without a clean stop: ",
            " is offline: ",
            " could not be loaded: ",
            " can not be opened: ",
            " to a log directory that is not there",
            " is left aside as ");

    private String first;

    SimErrors() {
        setContext(logger.getLoggerContext());
        start();
        logger.setLevel(Level.ERROR);
        logger.setAdditive(false);
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        String said = event.getFormattedMessage();
        if (first == null
                && event.getLevel().isGreaterOrEqual(Level.ERROR)
                && ABOUT_LOST_DISKS.stream().noneMatch(said::startsWith)
                && !said.contains(ABOUT_FULL_DISKS)
                && ABOUT_FAILED_DIRECTORIES.stream().noneMatch(said::contains)) {
            first = event.getLoggerName() + ": " + said + cause(event.getThrowableProxy());
        }
    }

    private static String cause(IThrowableProxy thrown) {
        if (thrown == null) {
            return "";
        }
        StringBuilder text = new StringBuilder("\n  " + thrown.getClassName() + ": " + thrown.getMessage());
        for (int i = 0; i < Math.min(12, thrown.getStackTraceElementProxyArray().length); i++) {
            text.append("\n    ").append(thrown.getStackTraceElementProxyArray()[i]);
        }
        return text.toString();
    }

    @Override
    public Optional<String> violation() {
        return Optional.ofNullable(first);
    }

    @Override
    public String name() {
        return "NothingStumbles";
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setLevel(before);
        logger.setAdditive(true);
        stop();
    }
}
