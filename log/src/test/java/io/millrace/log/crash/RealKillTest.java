package io.millrace.log.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes on a real disk, killed at a moment of their own: everything acknowledged is found by the next. */
@Tag("full")
class RealKillTest {
    private static final int KILLS = 10;
    private static final int MAX_ACKS_BEFORE_KILL = 400;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"page-cache", "group"})
    void everythingAcknowledgedIsFoundAfterEveryKill(String flushMode) throws Exception {
        Random random = new Random(flushMode.hashCode());
        long acked = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            acked = liveUntilKilled(flushMode, acked, 1 + random.nextInt(MAX_ACKS_BEFORE_KILL));
        }

        assertThat(acked).as("records acknowledged over all lives").isGreaterThan(100);
    }

    /** Returns the end of what this life acknowledged before it was killed. */
    private long liveUntilKilled(String flushMode, long ackedBefore, int acksBeforeKill) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        KilledWriter.class.getName(),
                        folder.toString(),
                        flushMode)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader says = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            long found = number(says, "found");
            assertThat(found).as("recovered after the kill").isGreaterThanOrEqualTo(ackedBefore);
            long acked = found;
            for (int i = 0; i < acksBeforeKill; i++) {
                acked = number(says, "acked");
            }
            return acked;
        } finally {
            process.destroyForcibly();
            process.waitFor(30, TimeUnit.SECONDS);
        }
    }

    private static long number(BufferedReader says, String what) throws IOException {
        String line;
        do {
            line = says.readLine();
            assertThat(line).as("the process says '%s' before it ends", what).isNotNull();
        } while (!line.startsWith(what + " "));
        return Long.parseLong(line.substring(what.length() + 1));
    }
}
