package io.millrace.verticles.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What we ship for Prometheus and Grafana asks for nothing that a scrape does not have. */
class DashboardsTest {
    private static final Pattern METRIC = Pattern.compile("\\b(kafka|millrace|process|jvm|vertx)_[a-z0-9_]+\\b");

    @ParameterizedTest
    @ValueSource(strings = {"alerts.yml", "grafana-dashboard.json"})
    void everyMetricThatIsAskedForIsInAScrape(String file) throws IOException {
        String text = Files.readString(Path.of(System.getProperty("millrace.basedir", ".."))
                .resolve("conf")
                .resolve(file));
        TreeSet<String> asked = new TreeSet<>();
        Matcher matcher = METRIC.matcher(text);
        while (matcher.find()) {
            asked.add(matcher.group());
        }

        String scrape = new MetricsCollectorTest().scrapeOfAUsedNode();

        assertThat(asked).hasSizeGreaterThan(8).allSatisfy(name -> assertThat(scrape)
                .containsPattern("(?m)^(# TYPE )?" + name + "[ {]"));
    }
}
