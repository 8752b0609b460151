package io.millrace.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts the oracle and a Millrace node side by side once per test run and asks both the same. A test class takes it as
 * {@code @ExtendWith(BothBrokers.Fixture.class)} and receives the instance as a parameter.
 *
 * <p>With {@code -Dmillrace.oracle.self=true} the oracle stands on both sides, which shows that a comparison is stable.
 *
 * <p>Thread: the test's.
 */
public final class BothBrokers implements AutoCloseable {
    static final boolean SELF = Boolean.getBoolean("millrace.oracle.self");

    /** What both are started with; all else is each broker's own default. */
    static final Map<String, String> SETTINGS = Map.of(
            "broker.rack", "rack-a",
            "offsets.topic.num.partitions", "3",
            "offsets.topic.replication.factor", "1",
            // Groups live faster here, so that a test need not wait for what takes its time.
            "group.initial.rebalance.delay.ms", "100",
            "group.min.session.timeout.ms", "300",
            "group.max.size", "8",
            "connections.max.idle.ms", "6000",
            // Compaction looks for work often, so that a test need not wait for it.
            "log.cleaner.backoff.ms", "100",
            // Questions use small fixed timestamps, which retention by time would take for records of 1970.
            "log.retention.ms", "-1");

    /** What one side is asked: the same code runs once for each broker. */
    @FunctionalInterface
    public interface Question<T> {
        T askOf(Side side) throws Exception;
    }

    private final Side oracle;
    private final Side ours;

    private BothBrokers(List<String> folders) {
        CompletableFuture<Broker> kafka = CompletableFuture.supplyAsync(() -> OracleBroker.startOn(folders, SETTINGS));
        ours = SELF ? new Side(kafka.join()) : new Side(MillraceBroker.startOn(folders, SETTINGS));
        oracle = new Side(kafka.join());
    }

    /** A pair of a test's own, whose nodes have several log directories of these names. */
    static BothBrokers startOn(List<String> folders) {
        return new BothBrokers(folders);
    }

    public Side oracle() {
        return oracle;
    }

    public Side ours() {
        return ours;
    }

    /**
     * Asks both and requires equal answers.
     *
     * @param item the item of the compatibility list, such as {@code "A.2"}
     * @return the common answer, for what a test wants to require beyond equality
     */
    public <T> T same(String item, Question<T> question) throws Exception {
        T expected = oracle.answer(question);
        T actual = ours.answer(question);
        return requireEqual(item, expected, actual);
    }

    /** The same for questions that wait: both sides are asked at once. */
    public <T> T sameAtOnce(String item, Question<T> question) throws Exception {
        CompletableFuture<T> kafka = CompletableFuture.supplyAsync(() -> oracle.answerUnchecked(question));
        T actual = ours.answer(question);
        T expected = kafka.get();
        return requireEqual(item, expected, actual);
    }

    private <T> T requireEqual(String item, T expected, T actual) {
        record(item, expected);
        Assertions.assertThat(actual)
                .as("compat %s%n  %s answers: %s%n  %s answers: %s", item, oracle.name(), expected, ours.name(), actual)
                .isEqualTo(expected);
        return expected;
    }

    /** What the oracle answered, for a reader who wants to know and not only to compare. */
    private static void record(String item, Object answer) {
        String test = StackWalker.getInstance()
                .walk(frames -> frames.filter(f -> f.getClassName().endsWith("Test"))
                        .findFirst()
                        .map(StackWalker.StackFrame::getMethodName)
                        .orElse("?"));
        try {
            Path file = TestTools.projectDirectory().resolve("target/oracle-answers.txt");
            Files.createDirectories(file.getParent());
            Files.writeString(
                    file,
                    item + " " + test + "\n    " + String.valueOf(answer).replace("\n", "\n    ") + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        oracle.close();
        ours.close();
    }

    /** Keeps the pair in the root store, so that one start serves every class of the run. */
    public static final class Fixture implements BeforeAllCallback, ParameterResolver {
        private static final ExtensionContext.Namespace SPACE = ExtensionContext.Namespace.create(BothBrokers.class);

        private static BothBrokers of(ExtensionContext context) {
            return context.getRoot()
                    .getStore(SPACE)
                    .getOrComputeIfAbsent("pair", key -> new BothBrokers(List.of()), BothBrokers.class);
        }

        @Override
        public void beforeAll(ExtensionContext context) {
            of(context);
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == BothBrokers.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return of(context);
        }
    }
}
