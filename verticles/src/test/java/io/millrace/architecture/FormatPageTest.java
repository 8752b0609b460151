package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/FORMAT.md shows the layouts that stand in the classes, and not what they once were. */
class FormatPageTest {
    private static final Path BASE = Path.of(System.getProperty("millrace.basedir", ".."));
    private static final Pattern SHOWN =
            Pattern.compile("From \\[\\w+]\\(\\.\\./([^)]+)\\):\n\n```\n(.*?)\n```", Pattern.DOTALL);
    private static final Pattern IN_CLASS = Pattern.compile("<pre>\n(.*?)\n \\* </pre>", Pattern.DOTALL);

    @Test
    void everyLayoutIsThatOfItsClass() throws IOException {
        Matcher shown = SHOWN.matcher(Files.readString(BASE.resolve("docs/FORMAT.md")));
        int layouts = 0;
        for (; shown.find(); layouts++) {
            String source = Files.readString(BASE.resolve(shown.group(1)));
            Matcher inClass = IN_CLASS.matcher(source);

            assertThat(inClass.find())
                    .as("%s has a layout between <pre> and </pre>", shown.group(1))
                    .isTrue();
            assertThat(inClass.group(1).replaceAll("(?m)^ \\* ?", "").stripTrailing())
                    .as(
                            "docs/FORMAT.md shows another layout than %s: copy the block from the class comment",
                            shown.group(1))
                    .isEqualTo(shown.group(2).stripTrailing());
        }
        assertThat(layouts).isGreaterThanOrEqualTo(12);
    }
}
