package io.millrace.verticles.main;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.read.CyclicBufferAppender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import java.time.ZoneId;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go: short ones to the terminal, the same with traces to {@code node.log} in the first data folder.
 *
 * <p>Set up in code, because reading an XML file costs a tenth of the start; {@code -Dlogback.configurationFile=…} replaces it
 * (conf/logback.xml is a place to begin). Lines are handed to one thread of its own, so that a slow terminal stalls no loop:
 * when it cannot keep up, lines are dropped, and so are all but the first hundred that complain of the same within ten seconds.
 *
 * <p>Thread: the main thread calls the static methods; logback calls {@link #configure} once.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String OVERRIDE = "logback.configurationFile";
    private static final int QUEUE_LINES = 4096;
    private static final String EARLY = "early";
    private static final int EARLY_LINES = 256;

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty(OVERRIDE) != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        context.getLogger("io.millrace").setLevel(Level.INFO);
        // They warn of what is meant to be so: no join for one node, ports taken by the node beside it, Vert.x' gauges.
        context.getLogger("com.hazelcast").setLevel(Level.ERROR);
        // A peer that is down would be told of at every attempt to reach it, with a stack trace each.
        context.getLogger("io.vertx.core.eventbus.impl.clustered").setLevel(Level.ERROR);
        // Its start fails into a future; whoever holds that tells of it.
        context.getLogger("io.vertx.core.impl.VertxImpl").setLevel(Level.OFF);
        context.getLogger("io.micrometer").setLevel(Level.ERROR);
        ConsoleAppender<ILoggingEvent> terminal = new ConsoleAppender<>();
        terminal.setName("terminal");
        root.addAppender(
                behindQueue(context, started(context, terminal, LineEncoder.forTerminal(ZoneId.systemDefault()))));
        CyclicBufferAppender<ILoggingEvent> early = new CyclicBufferAppender<>();
        early.setName(EARLY);
        early.setMaxSize(EARLY_LINES);
        early.setContext(context);
        early.start();
        root.addAppender(early);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /**
     * From now on also into {@code file}, with what was said before; at 20 MB it is set aside, five of those are kept. Call it
     * once the folder is known to be this process's own.
     */
    static void toFile(Path file) {
        if (System.getProperty(OVERRIDE) != null) {
            return;
        }
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setName("file");
        appender.setFile(file.toString());
        FixedWindowRollingPolicy window = new FixedWindowRollingPolicy();
        window.setContext(context);
        window.setParent(appender);
        window.setFileNamePattern(file + ".%i");
        window.setMinIndex(1);
        window.setMaxIndex(5);
        window.start();
        SizeBasedTriggeringPolicy<ILoggingEvent> trigger = new SizeBasedTriggeringPolicy<>();
        trigger.setContext(context);
        trigger.setMaxFileSize(FileSize.valueOf("20MB"));
        trigger.start();
        appender.setRollingPolicy(window);
        appender.setTriggeringPolicy(trigger);
        Appender<ILoggingEvent> queue =
                behindQueue(context, started(context, appender, LineEncoder.forFile(ZoneId.systemDefault())));
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        if (root.getAppender(EARLY) instanceof CyclicBufferAppender<ILoggingEvent> early) {
            root.detachAppender(early);
            for (int i = 0; i < early.getLength(); i++) {
                queue.doAppend(early.get(i));
            }
        }
        root.addAppender(queue);
    }

    /** A line that the terminal has got already. */
    static void toFileOnly(String line) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        if (root.getAppender("file-queue") instanceof AsyncAppender queue) {
            queue.doAppend(new LoggingEvent(LogSetup.class.getName(), root, Level.INFO, line, null, null));
        }
    }

    /** For commands whose output is for eyes or pipes: only errors. */
    static void errorsOnly() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.ERROR);
        context.getLogger("io.millrace").setLevel(Level.ERROR);
    }

    /** Writes out what is queued; nothing is logged afterwards. */
    static void close() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
    }

    private static KnownNoise noise(LoggerContext context) {
        KnownNoise noise = new KnownNoise();
        noise.setContext(context);
        noise.start();
        return noise;
    }

    private static Appender<ILoggingEvent> started(
            LoggerContext context, OutputStreamAppender<ILoggingEvent> appender, LineEncoder encoder) {
        encoder.setContext(context);
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }

    private static Appender<ILoggingEvent> behindQueue(LoggerContext context, Appender<ILoggingEvent> appender) {
        AsyncAppender queue = new LineQueue(context.getLogger(LineQueue.class));
        queue.setContext(context);
        queue.setName(appender.getName() + "-queue");
        queue.setQueueSize(QUEUE_LINES);
        queue.setDiscardingThreshold(0);
        queue.setNeverBlock(true);
        queue.addFilter(noise(context));
        queue.addAppender(appender);
        queue.start();
        return queue;
    }
}
