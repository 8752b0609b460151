package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of safety rules names every rule once, and nothing that does not exist. */
class SafetyPageTest {
    private static final Path DOCS =
            Path.of(System.getProperty("millrace.basedir", "..")).resolve("docs");

    private static final Pattern ROW = Pattern.compile("^\\| ([A-Z]\\d+) \\| .* \\| (.*) \\|$", Pattern.MULTILINE);
    private static final Pattern LINK = Pattern.compile("\\[(\\w+)#(\\w+)]\\(([^)]+)\\)");

    @Test
    void everyRuleIsThereAndIsHeldBySomething() throws IOException {
        List<String> rules = new ArrayList<>();
        Matcher row = ROW.matcher(page());
        while (row.find()) {
            rules.add(row.group(1));
            assertThat(LINK.matcher(row.group(2)).find())
                    .as("%s is held by a test or an invariant", row.group(1))
                    .isTrue();
        }

        List<String> expected = new ArrayList<>();
        String[] kinds = {"Q 1 8", "B 9 13", "I 14 19", "H 20 23", "L 24 28", "V 29 33"};
        for (String kind : kinds) {
            String[] words = kind.split(" ");
            for (int number = Integer.parseInt(words[1]); number <= Integer.parseInt(words[2]); number++) {
                expected.add(words[0] + number);
            }
        }
        assertThat(rules).isEqualTo(expected);
    }

    @Test
    void everyTestAndInvariantThatIsNamedExists() throws IOException {
        Matcher link = LINK.matcher(page());
        while (link.find()) {
            Path file = DOCS.resolve(link.group(3)).normalize();
            assertThat(file).hasFileName(link.group(1) + ".java").exists();
            assertThat(Files.readString(file))
                    .as("%s has %s", file.getFileName(), link.group(2))
                    .containsPattern("\\b(void|ArchRule|class|long) " + link.group(2) + "\\b");
        }
    }

    private static String page() throws IOException {
        return Files.readString(DOCS.resolve("SAFETY.md"));
    }
}
