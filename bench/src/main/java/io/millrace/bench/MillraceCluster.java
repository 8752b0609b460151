package io.millrace.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Three nodes of Millrace as a user starts them: {@code bin/millrace start CONFIG}, with its own default settings.
 *
 * <p>Thread: main.
 */
final class MillraceCluster extends ClusterPeer {
    private final Path project;
    private final List<Integer> busPorts = freePorts(NODES);
    private final List<Integer> hazelcastPorts = freePorts(NODES);
    private final List<Integer> httpPorts = freePorts(NODES);

    private final String timers;

    MillraceCluster(Path work, Path project) {
        this(work, project, "");
    }

    private MillraceCluster(Path work, Path project, String timers) {
        super("Millrace", work);
        this.project = project;
        this.timers = timers;
    }

    /** Nodes that do not give each other up while other work has the processors: no leader moves in the middle of a run. */
    static MillraceCluster patient(Path work, Path project) {
        return new MillraceCluster(work, project, """
                "timers": {
                          "session.ms": 60000, "quorum.fetch.ms": 20000,
                          "bus.ping.ms": 20000, "bus.pong.ms": 40000, "probe.ms": 5000
                        },
                        """);
    }

    @Override
    List<String> command(int node) {
        return List.of(
                project.resolve("bin/millrace").toString(),
                "start",
                home(node).resolve("node.json").toString());
    }

    @Override
    void prepareEmptyFolders() throws Exception {
        String voters = IntStream.rangeClosed(1, NODES)
                .mapToObj(node -> "\"" + node + "@127.0.0.1:" + busPorts.get(node - 1) + "\"")
                .collect(Collectors.joining(", "));
        String seeds = hazelcastPorts.stream()
                .map(port -> "\"127.0.0.1:" + port + "\"")
                .collect(Collectors.joining(", "));
        for (int node = 1; node <= NODES; node++) {
            Files.writeString(home(node).resolve("node.json"), """
                    {
                      "node": { "id": %d },
                      "listeners": { "PLAINTEXT": { "bind": "127.0.0.1:%d" } },
                      "data": ["data"],
                      "http": { "bind": "127.0.0.1:%d" },
                      "cluster": {
                        %s"voters": [%s],
                        "seeds": [%s],
                        "bus": { "bind": "127.0.0.1:%d" },
                        "hazelcast": { "bind": "127.0.0.1:%d" }
                      }
                    }
                    """.formatted(
                            node,
                            port(node),
                            httpPorts.get(node - 1),
                            timers,
                            voters,
                            seeds,
                            busPorts.get(node - 1),
                            hazelcastPorts.get(node - 1)));
        }
    }
}
