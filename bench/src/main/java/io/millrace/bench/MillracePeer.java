package io.millrace.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Millrace as a user starts it: {@code bin/millrace start CONFIG}, with its own default settings.
 *
 * <p>Thread: main.
 */
final class MillracePeer extends Peer {
    private final Path project;
    private final boolean classArchive;
    private final int httpPort = freePort();
    /** Ports of the bus and of Hazelcast; none when outside applications are not let onto the bus. */
    private int[] cluster = {};

    MillracePeer(Path work, Path project, boolean classArchive) {
        super("Millrace", work);
        this.project = project;
        this.classArchive = classArchive;
    }

    /** A node whose event bus applications can join as cluster {@code bench}. */
    static MillracePeer onBus(Path work, Path project) {
        MillracePeer peer = new MillracePeer(work, project, true);
        peer.cluster = new int[] {freePort(), freePort()};
        return peer;
    }

    /** Where Hazelcast is. */
    String seed() {
        return "127.0.0.1:" + cluster[1];
    }

    @Override
    List<String> command() {
        List<String> command = new ArrayList<>();
        if (!classArchive) {
            command.addAll(List.of("/usr/bin/env", "MILLRACE_CDS=off"));
        }
        command.addAll(List.of(project.resolve("bin/millrace").toString(), "start", config().toString()));
        return command;
    }

    private Path config() {
        return home().resolve("node.json");
    }

    @Override
    void prepareEmptyFolder() {
        try {
            Files.writeString(config(), """
                    {
                      "node": { "id": 1 },
                      "listeners": { "PLAINTEXT": { "bind": "127.0.0.1:%d" } },
                      "data": ["data"],
                      "http": { "bind": "127.0.0.1:%d" }%s
                    }
                    """.formatted(port(), httpPort, cluster.length == 0 ? "" : clusterJson()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String clusterJson() {
        return """
                ,
                "cluster": {
                  "name": "bench",
                  "voters": ["1@127.0.0.1:%d"],
                  "seeds": ["127.0.0.1:%d"],
                  "bus": { "bind": "127.0.0.1:%d" },
                  "hazelcast": { "bind": "127.0.0.1:%d" }
                }""".formatted(cluster[0], cluster[1], cluster[0], cluster[1]);
    }
}
