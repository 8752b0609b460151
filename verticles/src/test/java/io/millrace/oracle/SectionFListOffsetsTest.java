package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Section F of the compatibility list: offsets by position and by time.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class SectionFListOffsetsTest {
    private final BothBrokers both;

    SectionFListOffsetsTest(BothBrokers both) {
        this.both = both;
    }

    private static ListOffsetsPartitionResponse list(WireClient client, Topic topic, long timestamp, int version)
            throws Exception {
        ListOffsetsResponseData answer = client.ask(Requests.listOffsets(topic, 0, timestamp), version);
        return answer.topics().get(0).partitions().get(0);
    }

    private static String text(ListOffsetsPartitionResponse answer) {
        return "error " + answer.errorCode() + " offset " + answer.offset() + " time " + answer.timestamp() + " epoch "
                + answer.leaderEpoch();
    }

    private static void send(WireClient client, Topic topic, byte[] batch) throws Exception {
        client.ask(Requests.produce(topic, 0, batch), 9);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
    void everySpecialValueAtEveryVersion(int version) throws Exception {
        both.same("F.60", side -> {
            Topic topic = side.topic("specials");
            try (WireClient client = side.connect()) {
                List<String> answers = new ArrayList<>();
                for (long special = -1; special >= -7; special--) {
                    answers.add("empty " + special + ": " + text(list(client, topic, special, version)));
                }
                send(
                        client,
                        topic,
                        Batches.of(
                                Batches.record(5000, "a", "a"),
                                Batches.record(9000, "b", "b"),
                                Batches.record(7000, "c", "c")));
                send(client, topic, Batches.of(Batches.record(6000, "d", "d")));
                for (long special = -1; special >= -7; special--) {
                    answers.add(special + ": " + text(list(client, topic, special, version)));
                }
                return String.join("\n", answers);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void firstRecordAtOrAfterATimeIsFoundInsideItsBatch(String codec) throws Exception {
        String answer = both.same("F.61", side -> {
            Topic topic = side.topic("timed");
            try (WireClient client = side.connect()) {
                Compression compression = Compression.of(codec).build();
                send(
                        client,
                        topic,
                        Batches.of(
                                compression,
                                Batches.record(1000, "a", "a"),
                                Batches.record(2000, "b", "b"),
                                Batches.record(3000, "c", "c")));
                send(
                        client,
                        topic,
                        Batches.of(compression, Batches.record(4000, "d", "d"), Batches.record(5000, "e", "e")));
                List<String> answers = new ArrayList<>();
                for (long time :
                        new long[] {0, 1000, 1001, 2000, 2500, 3000, 3001, 4000, 4500, 5000, 5001, Long.MAX_VALUE}) {
                    answers.add(time + ": " + text(list(client, topic, time, 7)));
                }
                return String.join("\n", answers);
            }
        });
        assertThat(answer).contains("2500: error 0 offset 2 time 3000", "5001: error 0 offset -1 time -1");
    }

    @Test
    void timesOutOfOrderFindTheFirstInTheOrderOfOffsets() throws Exception {
        both.same("F.62", side -> {
            Topic topic = side.topic("disordered");
            try (WireClient client = side.connect()) {
                send(client, topic, Batches.of(Batches.record(5000, "a", "a"), Batches.record(1000, "b", "b")));
                send(
                        client,
                        topic,
                        Batches.of(
                                Batches.record(3000, "c", "c"),
                                Batches.record(8000, "d", "d"),
                                Batches.record(2000, "e", "e")));
                send(client, topic, Batches.of(Batches.record(4000, "f", "f"), Batches.record(8000, "g", "g")));
                List<String> answers = new ArrayList<>();
                for (long time : new long[] {500, 1500, 3500, 5000, 5001, 8000, 8001, -3}) {
                    answers.add(time + ": " + text(list(client, topic, time, 7)));
                }
                return String.join("\n", answers);
            }
        });
    }

    @Test
    void manyBatchesInOneSegmentAreSearchedExactly() throws Exception {
        both.same("F.61", side -> {
            Topic topic = side.topic("indexed", 1, Map.of("index.interval.bytes", "64", "segment.bytes", "1048576"));
            try (WireClient client = side.connect()) {
                for (int i = 0; i < 60; i++) {
                    client.send(
                            Requests.produce(
                                    topic,
                                    0,
                                    Batches.of(
                                            Batches.record(1000 + i * 10, "k", "x".repeat(100)),
                                            Batches.record(1005 + i * 10, "k", "y"))),
                            9);
                }
                for (int i = 0; i < 60; i++) {
                    client.receive();
                }
                List<String> answers = new ArrayList<>();
                for (long time = 995; time < 1610; time += 37) {
                    answers.add(time + ": " + text(list(client, topic, time, 7)));
                }
                return String.join("\n", answers);
            }
        });
    }

    @Test
    void appendTimeIsOneTimeForTheWholeBatch() throws Exception {
        String answer = both.same("F.62", side -> {
            Topic topic = side.topic("appended", 1, Map.of("message.timestamp.type", "LogAppendTime"));
            try (WireClient client = side.connect()) {
                long before = System.currentTimeMillis();
                send(client, topic, Batches.of(Batches.record(1000, "a", "a"), Batches.record(2000, "b", "b")));
                ListOffsetsPartitionResponse byTime = list(client, topic, before - 60_000, 7);
                ListOffsetsPartitionResponse max = list(client, topic, -3, 7);
                ListOffsetsPartitionResponse none = list(client, topic, System.currentTimeMillis() + 60_000, 7);
                return "first " + byTime.offset() + " is now " + (byTime.timestamp() >= before - 1000) + ", max "
                        + max.offset() + " is now " + (max.timestamp() >= before - 1000) + ", later " + text(none);
            }
        });
        assertThat(answer).doesNotContain("false");
    }

    @ParameterizedTest
    @CsvSource({"4,-1", "4,0", "4,1", "4,9", "7,0", "11,3"})
    void epochIsReturnedAndFenced(int version, int currentEpoch) throws Exception {
        both.same("F.63", side -> {
            Topic topic = side.topic("fenced");
            try (WireClient client = side.connect()) {
                send(client, topic, Batches.of(Batches.record(1000, "a", "a")));
                List<String> answers = new ArrayList<>();
                for (long timestamp : new long[] {-1, -2, 500}) {
                    ListOffsetsRequestData request = Requests.listOffsets(topic, 0, timestamp);
                    request.topics().get(0).partitions().get(0).setCurrentLeaderEpoch(currentEpoch);
                    ListOffsetsResponseData answer = client.ask(request, version);
                    answers.add(text(answer.topics().get(0).partitions().get(0)));
                }
                return answers.toString();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, 1})
    void isolationLevelsAgreeWithoutTransactions(byte isolation) throws Exception {
        both.same("F.60", side -> {
            Topic topic = side.topic("isolated");
            try (WireClient client = side.connect()) {
                send(client, topic, Batches.of(Batches.record(1000, "a", "a"), Batches.record(1000, "b", "b")));
                ListOffsetsResponseData answer =
                        client.ask(Requests.listOffsets(topic, 0, -1).setIsolationLevel(isolation), 7);
                return text(answer.topics().get(0).partitions().get(0));
            }
        });
    }

    @Test
    void whatWasDeletedIsNotFoundByTime() throws Exception {
        both.same("F.61", side -> {
            Topic topic = side.topic("trimmed");
            try (WireClient client = side.connect()) {
                for (int i = 0; i < 4; i++) {
                    send(
                            client,
                            topic,
                            Batches.of(
                                    Batches.record(1000 + i * 1000, "a", "a"),
                                    Batches.record(1500 + i * 1000, "b", "b")));
                }
                client.ask(Requests.deleteRecords(topic, 3), 2);
                List<String> answers = new ArrayList<>();
                for (long time : new long[] {-2, 0, 1000, 2500, 2600, -3, -4}) {
                    answers.add(time + ": " + text(list(client, topic, time, 8)));
                }
                return String.join("\n", answers);
            }
        });
    }

    @Test
    void whatIsNotThereIsNamedByItsError() throws Exception {
        both.same("F.63", side -> {
            Topic there = side.topic("there");
            Topic absent = new Topic(side.uniqueName("absent"), there.id());
            try (WireClient client = side.connect()) {
                ListOffsetsResponseData partition = client.ask(Requests.listOffsets(there, 9, -1), 7);
                return text(list(client, absent, -1, 7)) + " "
                        + text(partition.topics().get(0).partitions().get(0));
            }
        });
    }
}
