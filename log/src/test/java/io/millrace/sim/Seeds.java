package io.millrace.sim;

import java.security.SecureRandom;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/**
 * The JUnit side of {@link Seeded}: one invocation per seed, and the command that replays a failing one.
 *
 * <p>Thread: JUnit's.
 */
public final class Seeds implements TestTemplateInvocationContextProvider {
    private static final int FRESH_BASE_BITS = 40;

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return context.getRequiredTestMethod().isAnnotationPresent(Seeded.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        return seeds(context.getRequiredTestMethod().getAnnotation(Seeded.class))
                .mapToObj(seed -> new OneSeed(seed, module()));
    }

    private static LongStream seeds(Seeded seeded) {
        String one = System.getProperty("millrace.seed");
        if (one != null) {
            return LongStream.of(Long.parseLong(one));
        }
        int runs = Integer.getInteger("millrace.seeds", seeded.runs());
        String base = System.getProperty("millrace.seed.base", seeded.fresh() ? "random" : "1");
        long first =
                base.equals("random") ? new SecureRandom().nextLong() >>> (64 - FRESH_BASE_BITS) : Long.parseLong(base);
        return LongStream.range(first, first + runs);
    }

    /** The module under test: surefire runs every module in its own folder. */
    private static String module() {
        return System.getProperty("user.dir").replaceAll(".*/", "");
    }

    /** The shell command that runs one test method with one seed. */
    static String replayCommand(String module, String testClass, String method, long seed) {
        return "mvn -q -Plong -pl " + module + " -am test -Dtest='" + testClass + "#" + method
                + "' -Dsurefire.failIfNoSpecifiedTests=false -Dmillrace.seed=" + seed;
    }

    private record OneSeed(long seed, String module)
            implements TestTemplateInvocationContext, ParameterResolver, TestExecutionExceptionHandler {
        @Override
        public String getDisplayName(int invocationIndex) {
            return "seed " + seed;
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(this);
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == long.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return seed;
        }

        @Override
        public void handleTestExecutionException(ExtensionContext context, Throwable failure) {
            throw new AssertionError(
                    "seed " + seed + " fails; replay it with\n  "
                            + replayCommand(
                                    module,
                                    context.getRequiredTestClass().getSimpleName(),
                                    context.getRequiredTestMethod().getName(),
                                    seed)
                            + "\n" + failure.getMessage(),
                    failure);
        }
    }
}
