package io.millrace.verticles.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.io.SyncTimes;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.record.Listener;
import io.millrace.membership.record.MetadataRecord;
import io.millrace.membership.record.PartitionRecord;
import io.millrace.membership.record.RegisterBrokerRecord;
import io.millrace.membership.record.TopicRecord;
import io.millrace.verticles.metrics.NodeSnapshot.DirectorySnapshot;
import io.millrace.verticles.metrics.NodeSnapshot.GroupSnapshot;
import io.millrace.verticles.metrics.NodeSnapshot.GroupsSnapshot;
import io.millrace.verticles.metrics.NodeSnapshot.LogSnapshot;
import io.millrace.verticles.metrics.NodeSnapshot.OffsetSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a scrape says about a node that has done a little of everything. */
class MetricsCollectorTest {
    private static final short PRODUCE = 0;
    private static final short FETCH = 1;
    private static final UUID TOPIC = new UUID(1, 2);
    private static final UUID DIRECTORY = new UUID(3, 4);
    private static final Pattern LINE = Pattern.compile(
            "# (HELP|TYPE) \\S+ .+|[a-zA-Z_:][a-zA-Z0-9_:]*(\\{[a-zA-Z_][a-zA-Z0-9_]*=\".*\"})? -?([0-9.eE+-]+|NaN|\\+Inf|Inf)");

    private final BrokerMetrics metrics = new BrokerMetrics();
    private long nowMs = 1_000_000;

    @Test
    void everyNameThatDashboardsAskForIsThere() throws IOException {
        use();

        String text = scrape(1000);

        List<String> asked;
        try (InputStream in = getClass().getResourceAsStream("/metric-names.txt")) {
            asked = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .toList();
        }
        assertThat(asked).hasSizeGreaterThan(70).allSatisfy(name -> assertThat(text)
                .containsPattern("(?m)^" + Pattern.quote(name) + "[ {]"));
    }

    @Test
    void everyLineIsPrometheusTextAndNoFamilyIsDeclaredTwice() {
        use();

        List<String> lines = scrape(1000).lines().toList();

        assertThat(lines).allSatisfy(line -> assertThat(line).matches(LINE));
        assertThat(lines.stream().filter(line -> line.startsWith("# TYPE")).map(line -> line.split(" ")[2]))
                .doesNotHaveDuplicates();
        assertThat(lines.stream()
                        .filter(line -> !line.startsWith("#"))
                        .map(line -> line.substring(0, line.lastIndexOf(' '))))
                .doesNotHaveDuplicates();
    }

    @Test
    void countersSumWhatSeveralThreadsHaveCounted() throws InterruptedException {
        metrics.topic("orders").messagesIn.add(3);
        Thread other = new Thread(() -> metrics.topic("orders").messagesIn.add(4));
        other.start();
        other.join();

        assertThat(scrape(1000))
                .contains("kafka_server_brokertopicmetrics_messagesin_total 7\n")
                .contains("kafka_server_brokertopicmetrics_messagesin_total{topic=\"orders\"} 7\n");
    }

    @Test
    void deletedTopicLeavesTheTotalsAsTheyWere() {
        metrics.topic("orders").bytesIn.add(100);

        metrics.forgetTopic("orders");

        assertThat(scrape(1000))
                .contains("kafka_server_brokertopicmetrics_bytesin_total 100\n")
                .doesNotContain("topic=\"orders\"} 100");
    }

    @Test
    void requestsAreCountedByVersionAndErrorAndTimedInBuckets() {
        metrics.here().requestCompleted(PRODUCE, (short) 11, (short) 0, 500_000, 3_000_000);
        metrics.here().requestCompleted(PRODUCE, (short) 11, (short) 3, 100_000, 40_000_000);

        assertThat(scrape(1000))
                .contains("kafka_network_requestmetrics_requests_total{request=\"Produce\",version=\"11\"} 2\n")
                .contains("errors_total{request=\"Produce\",error=\"UNKNOWN_TOPIC_OR_PARTITION\"} 1\n")
                .contains("millrace_request_duration_seconds_bucket{request=\"Produce\",le=\"0.002\"} 0\n")
                .contains("millrace_request_duration_seconds_bucket{request=\"Produce\",le=\"0.005\"} 1\n")
                .contains("millrace_request_duration_seconds_bucket{request=\"Produce\",le=\"0.05\"} 2\n")
                .contains("millrace_request_duration_seconds_bucket{request=\"Produce\",le=\"+Inf\"} 2\n")
                .contains("millrace_request_duration_seconds_sum{request=\"Produce\"} 0.043\n");
    }

    @Test
    void quantilesForgetWhatIsMinutesOld() {
        MetricsCollector collector = collector(1000, new AtomicInteger());
        metrics.here().requestCompleted(FETCH, (short) 1, (short) 0, 1_000, 900_000_000);
        assertThat(text(collector)).containsPattern("totaltimems\\{request=\"Fetch\",quantile=\"0.5\"} [789]\\d\\d");

        nowMs += 120_000;
        metrics.here().requestCompleted(FETCH, (short) 1, (short) 0, 1_000, 2_000_000);

        assertThat(text(collector)).containsPattern("totaltimems\\{request=\"Fetch\",quantile=\"0.5\"} [12][.\\d]*\\n");
    }

    @Test
    void partitionsBeyondTheBoundAreLeftOutAndItSaysSo() {
        use();

        assertThat(scrape(0))
                .contains("millrace_partition_series_left_out 1\n")
                .contains("kafka_server_replicamanager_partitioncount 2\n")
                .doesNotContain("kafka_log_log_size{");
    }

    @Test
    void leaderShowsItsPartitionAsTheClusterKnowsIt() {
        assertThat(scrape(1000))
                .contains("kafka_topic_partition_current_offset{topic=\"orders\",partition=\"0\"} 90\n")
                .contains("kafka_log_log_logendoffset{topic=\"orders\",partition=\"0\"} 95\n")
                .contains("kafka_cluster_partition_underreplicated{topic=\"orders\",partition=\"0\"} 1\n")
                .contains("kafka_cluster_partition_laststableoffsetlag{topic=\"orders\",partition=\"0\"} 10\n")
                .contains("kafka_topic_partitions{topic=\"orders\"} 1\n")
                .contains("kafka_broker_info{id=\"1\",address=\"h:9092\"} 1\n");
    }

    @Test
    void aGroupIsShownWithWhatItHasNotReadWhereThatIsKnown() {
        assertThat(scrape(1000))
                .contains("kafka_coordinator_group_groupmetadatamanager_numgroups 3\n")
                .contains("kafka_coordinator_group_groupmetadatamanager_numgroupsstable 1\n")
                .contains("kafka_consumergroup_members{consumergroup=\"shop\"} 3\n")
                .contains("kafka_consumergroup_members{consumergroup=\"idle\"} 0\n")
                .contains("kafka_consumergroup_lag{consumergroup=\"shop\",topic=\"orders\",partition=\"0\"} 20\n")
                .contains("kafka_consumergroup_lag{consumergroup=\"shop\",topic=\"followed\",partition=\"1\"} 4\n")
                .contains("kafka_consumergroup_lag_sum{consumergroup=\"shop\",topic=\"followed\"} 4\n")
                .contains("current_offset{consumergroup=\"shop\",topic=\"elsewhere\",partition=\"4\"} 9\n")
                .doesNotContain("kafka_consumergroup_lag{consumergroup=\"shop\",topic=\"elsewhere\"")
                .doesNotContain("kafka_consumergroup_lag_sum{consumergroup=\"shop\",topic=\"elsewhere\"")
                .contains("kafka_consumergroup_lag_sum{consumergroup=\"shop\",topic=\"orders\"} 20\n");
        assertThat(scrape(1)).contains("millrace_group_series_left_out 1\n").doesNotContain("kafka_consumergroup_lag{");
    }

    @Test
    void scrapersAtOneTimeShareOneScrape() {
        AtomicInteger taken = new AtomicInteger();
        CompletableFuture<NodeSnapshot> slow = new CompletableFuture<>();
        MetricsCollector collector = new MetricsCollector(
                metrics,
                () -> {
                    taken.incrementAndGet();
                    return slow;
                },
                Runnable::run,
                () -> nowMs,
                System::nanoTime,
                1000,
                new MicrometerSeries());

        var first = collector.scrape();
        var second = collector.scrape();
        slow.complete(snapshot());

        assertThat(first.toCompletableFuture().join())
                .isSameAs(second.toCompletableFuture().join());
        assertThat(taken).hasValue(1);
    }

    /** For those who want to know whether a name is there. */
    String scrapeOfAUsedNode() {
        use();
        return scrape(1000);
    }

    private void use() {
        metrics.here().connectionsOpened.increment();
        metrics.topic("orders").messagesIn.add(1);
        metrics.here().requestCompleted(PRODUCE, (short) 11, (short) 0, 100, 200);
        metrics.gauge("millrace_request_memory_used_bytes", "Bytes.", () -> 5);
        metrics.gauge("millrace_door_sessions", "Sessions.", () -> 0);
        FlushSeries.show(metrics, List.of(new SyncTimes()));
    }

    private String scrape(int maxPartitions) {
        return text(collector(maxPartitions, new AtomicInteger()));
    }

    /** Its log is still there, and whoever asks for it is refused. */
    @Test
    void replicasOnAFailedFolderAreCounted() {
        MetricsText healthy = new MetricsText(1000);
        MetricsText failed = new MetricsText(1000);

        PartitionSeries.write(healthy, snapshot(), 1000);
        PartitionSeries.write(failed, snapshot(PartitionImage.LOST_DIRECTORY), 1000);

        assertThat(healthy.toString()).contains("kafka_server_replicamanager_offlinereplicacount 0\n");
        assertThat(failed.toString()).contains("kafka_server_replicamanager_offlinereplicacount 1\n");
    }

    private static String text(MetricsCollector collector) {
        return collector.scrape().toCompletableFuture().join();
    }

    private MetricsCollector collector(int maxPartitions, AtomicInteger taken) {
        return new MetricsCollector(
                metrics,
                () -> {
                    taken.incrementAndGet();
                    return CompletableFuture.completedStage(snapshot());
                },
                Runnable::run,
                () -> nowMs,
                System::nanoTime,
                maxPartitions,
                new MicrometerSeries());
    }

    private static NodeSnapshot snapshot() {
        return snapshot(DIRECTORY);
    }

    private static NodeSnapshot snapshot(UUID where) {
        UUID directory = DIRECTORY;
        MetadataImage image = MetadataImage.EMPTY;
        long offset = 0;
        for (MetadataRecord record : List.of(
                new RegisterBrokerRecord(
                        1,
                        new UUID(5, 6),
                        0,
                        List.of(new Listener("PLAINTEXT", "h", 9092, "PLAINTEXT")),
                        null,
                        List.of(directory),
                        false,
                        false),
                new TopicRecord(TOPIC, "orders"),
                new PartitionRecord(
                        TOPIC,
                        0,
                        new int[] {1, 2},
                        new UUID[] {where, directory},
                        new int[] {1},
                        new int[0],
                        new int[0],
                        1,
                        0,
                        0,
                        (byte) 0,
                        new int[0],
                        new int[0]))) {
            image = image.replay(offset++, 1, record);
        }
        return new NodeSnapshot(
                1,
                image,
                OptionalInt.of(1),
                true,
                List.of(
                        new LogSnapshot("orders", 0, true, 1, 5, 80, 90, 95, 1000, 1, 0, 7),
                        new LogSnapshot("followed", 1, false, 1, 0, 0, 12, 13, 1000, 1, 0, 0)),
                List.of(new DirectorySnapshot("/data", false, 100, 50)),
                0,
                new GroupsSnapshot(
                        Map.of("stable", 1, "empty", 2),
                        2,
                        List.of(
                                new GroupSnapshot(
                                        "shop",
                                        3,
                                        List.of(
                                                new OffsetSnapshot("orders", 0, 70),
                                                new OffsetSnapshot("followed", 1, 8),
                                                new OffsetSnapshot("elsewhere", 4, 9))),
                                new GroupSnapshot("idle", 0, List.of()))));
    }
}
