package io.millrace.verticles.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list of classes that a start loads ahead. When it has grown old, {@code bin/start-classes} writes it anew. */
class StartClassesTest {
    private static final Pattern FROM_A_JAR = Pattern.compile("\\] (\\S+) source: file:");

    @TempDir
    Path folder;

    @Test
    void nineOfTenListedClassesAreThereAndNoneIsListedTwice() throws IOException {
        List<String> listed = listed();
        assertThat(listed).doesNotHaveDuplicates();
        assertThat(listed.stream().filter(StartClassesTest::isThere).count())
                .as("listed classes that exist; bin/start-classes writes the list anew")
                .isGreaterThan(listed.size() * 9L / 10);
    }

    @Test
    @Tag("full")
    void aStartLoadsHardlyAClassThatIsNotListed() throws IOException {
        Path node = Files.writeString(
                folder.resolve("node.json"),
                "{\"node\": {\"id\": 1}, \"listeners\": {\"PLAINTEXT\": {\"bind\": \"127.0.0.1:0\"}},"
                        + " \"data\": [\"data\"], \"http\": {\"bind\": \"127.0.0.1:0\"}}");
        Path loaded = folder.resolve("loaded.txt");
        try (MillraceProcess started = MillraceProcess.start(
                folder,
                Map.of("JAVA_TOOL_OPTIONS", "-Dmillrace.archive=true -Xlog:class+load:file=" + loaded),
                "start",
                node.toString())) {
            started.awaitReady().kill();
        }
        Set<String> used = FROM_A_JAR
                .matcher(Files.readString(loaded))
                .results()
                .map((MatchResult found) -> found.group(1))
                .filter(name -> !name.startsWith("com.hazelcast."))
                .collect(Collectors.toSet());
        List<String> listed = listed();
        assertThat(used.size()).isGreaterThan(1_000);
        assertThat(used.stream().filter(name -> !listed.contains(name)).toList())
                .as("classes of a start that are not listed; bin/start-classes writes the list anew")
                .hasSizeLessThan(used.size() / 10);
    }

    private static boolean isThere(String name) {
        try {
            Class.forName(name, false, StartClassesTest.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError gone) {
            return false;
        }
    }

    private static List<String> listed() throws IOException {
        try (InputStream list = Ahead.class.getResourceAsStream(Ahead.CLASSES)) {
            return new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }
}
