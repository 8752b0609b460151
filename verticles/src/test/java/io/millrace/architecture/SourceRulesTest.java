package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the sources themselves must look like. */
class SourceRulesTest {
    private static final Path BASE = Path.of(System.getProperty("millrace.basedir", ".."));
    private static final List<String> MODULES = List.of("protocol", "log", "client", "membership", "verticles");
    private static final int MOST_LINES = 400;

    /** A library's interface has this name; everybody else says what the thing does. */
    private static final List<String> GIVEN_NAMES = List.of("DirectClusterManager", "RejoiningClusterManager");

    @Test
    void everyPackageSaysWhatLivesInIt() throws IOException {
        for (Path folder : foldersWithSources()) {
            assertThat(folder.resolve("package-info.java"))
                    .as(
                            "%s needs a package-info.java: what lives here, what must never be imported, which file to open first",
                            folder)
                    .exists();
        }
    }

    @Test
    void noFileHasGrownIntoTwo() throws IOException {
        assertThat(offenders(text -> text.lines().count() > MOST_LINES))
                .as("more than %d lines: these have two jobs by now, split them", MOST_LINES)
                .isEmpty();
    }

    @Test
    void namesSayWhatAThingDoes() throws IOException {
        Pattern empty = Pattern.compile(".*(Manager|Util|Utils|Helper|Impl|Common|Base)");
        assertThat(sources().stream()
                        .map(file -> file.getFileName().toString().replace(".java", ""))
                        .filter(name -> !GIVEN_NAMES.contains(name)))
                .as("Manager, Util, Helper, Impl, Common and Base say nothing: name the job")
                .noneMatch(name -> empty.matcher(name).matches());
    }

    @Test
    void everyTypeSaysOnWhichThreadItLives() throws IOException {
        assertThat(offenders(text -> !text.contains("Thread:")))
                .as("these need a class comment: one sentence of purpose and a line 'Thread: …'")
                .isEmpty();
    }

    @Test
    void nothingIsLeftForLater() throws IOException {
        assertThat(offenders(text -> text.contains("TODO") || text.contains("FIXME") || text.contains("XXX")))
                .as("do it now, or write it down where work is planned")
                .isEmpty();
    }

    private static List<Path> offenders(Predicate<String> breach) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path file : sources()) {
            if (!file.endsWith("package-info.java") && breach.test(Files.readString(file))) {
                found.add(BASE.relativize(file));
            }
        }
        return found;
    }

    private static List<Path> sources() throws IOException {
        List<Path> all = new ArrayList<>();
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(BASE.resolve(module).resolve("src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(all::add);
            }
        }
        assertThat(all).as("sources below %s", BASE.toAbsolutePath()).hasSizeGreaterThan(100);
        return all;
    }

    private static List<Path> foldersWithSources() throws IOException {
        return sources().stream().map(Path::getParent).distinct().toList();
    }
}
