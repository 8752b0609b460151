package io.millrace.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.Commands;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whoever cannot join is told why in one line, soon, and its process ends by itself. */
@Tag("full")
@Timeout(150)
class JoinMessagesTest {
    private static final long LIMIT_S = 90;

    @TempDir
    Path home;

    private Process outsider(String what, List<String> options, String name, String seed, int port, int told)
            throws IOException {
        List<String> jvm = new ArrayList<>(List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        jvm.addAll(options);
        return new ProcessBuilder(Commands.java(
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        jvm,
                        Outsider.class.getName(),
                        name,
                        seed,
                        "" + port,
                        "" + told))
                .redirectErrorStream(true)
                .redirectOutput(home.resolve(what).toFile())
                .start();
    }

    private List<String> told(String what) throws IOException {
        return Files.readAllLines(home.resolve(what)).stream()
                .filter(line -> line.startsWith("TOLD "))
                .toList();
    }

    @Test
    void eachReasonIsToldAndTheProcessEnds() throws Exception {
        String name = BusProcesses.NAME;
        InetAddress here = InetAddress.getByName("127.0.0.1");
        try (BusProcesses node = new BusProcesses(home, 1, Map.of());
                ServerSocket taken = new ServerSocket(0, 1, here);
                ServerSocket closed = new ServerSocket(0, 1, here)) {
            String seed = node.seeds().get(0);
            closed.close();
            Map<String, Process> outsiders = new LinkedHashMap<>();
            outsiders.put("right", outsider("right", List.of(), name, seed, 0, 0));
            outsiders.put("other name", outsider("other name", List.of(), "another", seed, 0, 0));
            outsiders.put(
                    "other Hazelcast",
                    outsider(
                            "other Hazelcast",
                            List.of("-Dhazelcast.internal.override.version=5.6.0"),
                            name,
                            seed,
                            0,
                            0));
            outsiders.put("taken", outsider("taken", List.of(), name, seed, taken.getLocalPort(), 0));
            outsiders.put("unreachable", outsider("unreachable", List.of(), name, seed, 0, closed.getLocalPort()));
            try {
                long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
                for (Map.Entry<String, Process> one : outsiders.entrySet()) {
                    assertThat(one.getValue().waitFor(untilNanos - System.nanoTime(), TimeUnit.NANOSECONDS))
                            .as("%s has ended: %s", one.getKey(), Files.readString(home.resolve(one.getKey())))
                            .isTrue();
                }
            } finally {
                outsiders.values().forEach(Process::destroyForcibly);
            }
            assertThat(told("right")).containsExactly("TOLD connected");
            assertThat(told("other name"))
                    .containsExactly("TOLD no node was found of the cluster another at [" + seed
                            + "]: is that the nodes' cluster.name, and their cluster.hazelcast?");
            assertThat(told("other Hazelcast"))
                    .singleElement()
                    .asString()
                    .contains("not let into the cluster " + name + " at [" + seed, "the nodes have Hazelcast 5.7");
            assertThat(told("taken")).singleElement().asString().contains("Address already in use");
            assertThat(told("unreachable"))
                    .singleElement()
                    .asString()
                    .contains("NODE_UNREACHABLE", "does not answer", "clusterPublicPort");
        }
    }
}
