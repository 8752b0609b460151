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

    MillracePeer(Path work, Path project, boolean classArchive) {
        super("Millrace", work);
        this.project = project;
        this.classArchive = classArchive;
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
                      "http": { "bind": "127.0.0.1:%d" }
                    }
                    """.formatted(port(), httpPort));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
