package io.millrace.oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Where {@code bin/install-test-tools} puts what the full tests talk to, and what happens when something is not there:
 * the test is listed in {@code target/not-run.txt} and aborted, and under CI it fails.
 *
 * <p>Thread: any.
 */
public final class TestTools {
    private static final Path BASE = Path.of(System.getProperty("millrace.basedir", "."))
            .toAbsolutePath()
            .normalize();

    private TestTools() {}

    public static Path projectDirectory() {
        return BASE;
    }

    /** A class path of every jar that Maven resolved for one of {@code bench/tools}. */
    public static String classpath(String tool) {
        Path lib = BASE.resolve("target/tools").resolve(tool).resolve("lib");
        require("target/tools/" + tool + " (bin/install-test-tools)", Files.isDirectory(lib));
        return lib + "/*";
    }

    public static Path kafkajs() {
        Path module = BASE.resolve("target/tools/kafkajs");
        require("kafkajs (bin/install-test-tools)", Files.isDirectory(module.resolve("node_modules/kafkajs")));
        return module;
    }

    public static Path executable(String path) {
        Path file = Path.of(path);
        require(path + " (bin/install-test-tools)", Files.isExecutable(file));
        return file;
    }

    /** Ends the test as NOT RUN when the machine lacks what it needs; under CI that is a failure. */
    public static void require(String what, boolean there) {
        if (there) {
            return;
        }
        String line = "NOT RUN: " + what + " is missing on this machine";
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(line);
        }
        note(line);
        Assumptions.abort(line);
    }

    /** The same for what no installation can give, such as root's rights: listed, but no failure anywhere. */
    public static void requireRight(String what, boolean there) {
        if (!there) {
            String line = "NOT RUN: this machine does not give " + what;
            note(line);
            Assumptions.abort(line);
        }
    }

    private static synchronized void note(String line) {
        try {
            Path summary = BASE.resolve("target/not-run.txt");
            Files.createDirectories(summary.getParent());
            if (!Files.exists(summary) || !Files.readAllLines(summary).contains(line)) {
                Files.writeString(summary, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot list what was not run", e);
        }
    }
}
