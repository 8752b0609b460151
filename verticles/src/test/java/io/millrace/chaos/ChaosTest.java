package io.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.BrokerProcess;
import io.millrace.oracle.Commands;
import io.millrace.oracle.TestTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Nothing acknowledged is lost, doubled or reordered, whatever happens to three nodes. CI tells the short form; {@code
 * bin/chaos} tells all stories, as often as it is asked to, and shows the table.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
class ChaosTest {
    private static final long LIMIT_MINUTES = 240;

    @Test
    void nothingAcknowledgedIsLostWhateverHappensToThreeNodes() throws Exception {
        String which = System.getProperty("millrace.chaos", "short");
        String rounds = System.getProperty("millrace.chaos.rounds", "1");
        Path home = TestTools.projectDirectory().resolve("target/chaos");
        BrokerProcess.deleteTree(home);
        Files.createDirectories(home);
        Path table = home.resolve("table.md");
        try (Network network = layNetwork()) {
            String name = network instanceof NamespaceNetwork spaces ? spaces.name() : "loopback";
            List<String> java = Commands.java(
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    List.of("-Xmx512m", "-XX:+UseSerialGC"),
                    ChaosRun.class.getName(),
                    name,
                    home.toString(),
                    which,
                    rounds);
            int exit = run(network.atClients(java), table);
            String said = Files.readString(table);
            System.out.println(said);
            assertThat(exit).as("%s", said).isZero();
            TestTools.require(
                    KcatLoad.KCAT + " (bin/install-test-tools)", !said.contains(KcatLoad.KCAT + " is missing"));
        }
    }

    private static Network layNetwork() {
        if (!NamespaceNetwork.isPossible()) {
            return new LoopbackNetwork();
        }
        return NamespaceNetwork.lay("mr" + ProcessHandle.current().pid() + "x");
    }

    private static int run(List<String> command, Path output) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        Thread killer = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(killer);
        try {
            assertThat(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES))
                    .as("the run ends")
                    .isTrue();
            return process.exitValue();
        } finally {
            // Politely: the run ends its nodes then.
            process.destroy();
            process.waitFor(10, TimeUnit.SECONDS);
            process.destroyForcibly();
            Runtime.getRuntime().removeShutdownHook(killer);
        }
    }
}
