package io.millrace.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.Commands;
import io.millrace.oracle.FreePorts;
import io.millrace.oracle.TestTools;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus, with the files that we ship. */
@Tag("full")
@Timeout(180)
class PrometheusTest {
    private static final Path CONF = Path.of(System.getProperty("millrace.basedir", ".."))
            .toAbsolutePath()
            .resolve("conf");
    private static final Pattern METRIC = Pattern.compile("\\b(kafka|millrace|process|jvm)_[a-z0-9_]+\\b");
    /** Only a cluster with such a group shows these. */
    private static final String GROUPS = "kafka_consumergroup_";

    @TempDir
    Path home;

    @BeforeEach
    void prometheusIsInstalled() {
        TestTools.require(
                "promtool (bin/install-test-tools, as root)",
                List.of("/usr/bin/promtool", "/usr/local/bin/promtool").stream()
                        .anyMatch(tool -> Files.isExecutable(Path.of(tool))));
    }

    @Test
    void promtoolAcceptsWhatWeShipAndTheRulesFireWhenTheyShould() {
        for (List<String> check : List.of(
                List.of("promtool", "check", "rules", CONF.resolve("alerts.yml").toString()),
                List.of(
                        "promtool",
                        "check",
                        "config",
                        CONF.resolve("prometheus.yml").toString()),
                List.of(
                        "promtool",
                        "check",
                        "config",
                        CONF.resolve("prometheus-cluster.yml").toString()),
                List.of(
                        "promtool",
                        "test",
                        "rules",
                        CONF.resolve("alerts-test.yml").toString()))) {
            Commands.Result result = Commands.run(check);
            assertThat(result.exitCode()).as(result.output() + result.errors()).isZero();
        }
    }

    @Test
    void threeNodesAreScrapedAndAlertsFireWhenOneDies() throws Exception {
        try (BusProcesses nodes = new BusProcesses(home, 3, Map.of("min.insync.replicas", "2"))) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", nodes.bootstrap()))) {
                admin.createTopics(List.of(new NewTopic("orders", 3, (short) 3)))
                        .all()
                        .get();
            }
            int port = FreePorts.next();
            Process prometheus = start(nodes, port);
            try {
                await(port, "/api/v1/query?query=sum(up)", answer -> first(answer)
                        .equals("3"));
                everyMetricOfTheDashboardIsThere(port);
                // One node only shows each series of a partition
                await(
                        port,
                        "/api/v1/query?query=count(kafka_topic_partition_current_offset%7Btopic%3D%22orders%22%7D)",
                        answer -> first(answer).equals("3"));

                nodes.kill(2);

                await(port, "/api/v1/alerts", answer -> firing(answer)
                        .containsAll(Set.of("MillraceDown", "MillraceUnderReplicated")));
            } finally {
                prometheus.destroy();
                prometheus.waitFor(10, TimeUnit.SECONDS);
            }
        }
    }

    /** The shipped rules, without the patience that a person wants and a test has not. */
    private Process start(BusProcesses nodes, int port) throws IOException {
        String rules = Files.readString(CONF.resolve("alerts.yml")).replaceAll("for: \\w+", "for: 0s");
        Files.writeString(home.resolve("alerts.yml"), rules);
        String config = Files.readString(CONF.resolve("prometheus-cluster.yml"))
                .replace("scrape_interval: 15s", "scrape_interval: 1s\n  evaluation_interval: 1s")
                .replace("9644", "" + nodes.httpPort(1))
                .replace("9645", "" + nodes.httpPort(2))
                .replace("9646", "" + nodes.httpPort(3));
        Files.writeString(home.resolve("prometheus.yml"), config);
        return new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + home.resolve("prometheus.yml"),
                        "--storage.tsdb.path=" + home.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("prometheus.log").toFile())
                .start();
    }

    private void everyMetricOfTheDashboardIsThere(int port) throws Exception {
        Set<String> asked = new TreeSet<>();
        for (String file : List.of("alerts.yml", "grafana-dashboard.json")) {
            Matcher matcher = METRIC.matcher(Files.readString(CONF.resolve(file)));
            while (matcher.find()) {
                if (!matcher.group().startsWith(GROUPS)) {
                    asked.add(matcher.group());
                }
            }
        }
        JsonArray names = get(port, "/api/v1/label/__name__/values").getJsonArray("data");
        // A Produce has its histogram once there was one.
        asked.remove("millrace_request_duration_seconds_bucket");
        assertThat(names.stream().map(Object::toString).toList()).containsAll(asked);
    }

    private static String first(JsonObject answer) {
        JsonArray result = answer.getJsonObject("data").getJsonArray("result");
        return result.isEmpty()
                ? ""
                : result.getJsonObject(0).getJsonArray("value").getString(1);
    }

    private static Set<String> firing(JsonObject answer) {
        Set<String> firing = new TreeSet<>();
        for (Object one : answer.getJsonObject("data").getJsonArray("alerts")) {
            JsonObject alert = (JsonObject) one;
            if (alert.getString("state").equals("firing")) {
                firing.add(alert.getJsonObject("labels").getString("alertname"));
            }
        }
        return firing;
    }

    private static void await(int port, String path, Predicate<JsonObject> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        JsonObject last = new JsonObject();
        while (System.nanoTime() < deadline) {
            try {
                last = get(port, path);
                if (condition.test(last)) {
                    return;
                }
            } catch (IOException notUpYet) {
                last = new JsonObject().put("failure", notUpYet.toString());
            }
            // Another process: there is nothing to wait on.
            TimeUnit.MILLISECONDS.sleep(200);
        }
        throw new AssertionError(path + " said at last " + last.encode());
    }

    private static JsonObject get(int port, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        JsonObject body = new JsonObject(response.body());
        if (response.statusCode() != 200) {
            throw new IOException(response.body());
        }
        return body;
    }
}
