package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every decision record is in the index, and says what else was thought of. */
class DecisionsTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("millrace.basedir", "..")).resolve("docs/adr");

    @Test
    void everyRecordIsInTheIndexAndHasANumberOfItsOwn() throws IOException {
        String index = Files.readString(FOLDER.resolve("README.md"));

        assertThat(records()).isNotEmpty().allSatisfy(record -> assertThat(index)
                .as("docs/adr/README.md lists %s", record.getFileName())
                .contains("(" + record.getFileName() + ")"));
        assertThat(records().stream()
                        .map(record -> record.getFileName().toString().substring(0, 4)))
                .doesNotHaveDuplicates();
    }

    @Test
    void everyRecordNamesWhatWasRejected() throws IOException {
        for (Path record : records()) {
            assertThat(Files.readString(record).toLowerCase(java.util.Locale.ROOT))
                    .as("%s says what was rejected and why", record.getFileName())
                    .contains("reject");
        }
    }

    private static List<Path> records() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.getFileName().toString().matches("\\d{4}-.*\\.md"))
                    .toList();
        }
    }
}
