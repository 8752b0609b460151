package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the docs say is served is what the registry serves. */
class SupportTableTest {
    @Test
    void theTableInTheDocsIsTheRegistrys() throws IOException {
        Path file = Path.of(System.getProperty("millrace.basedir", ".."), "docs", "SUPPORT.md");
        String table = ApiRegistry.standard(ApiRegistry.DEFAULT_SOCKET_REQUEST_MAX_BYTES)
                .supportTable();

        assertThat(Files.readString(file))
                .as("%s is out of date; this is what belongs into it:%n%s", file, table)
                .contains(table);
    }
}
