package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Section D of the compatibility list, fetch. Item 46 is compaction, which one node does not do yet.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class SectionDFetchTest {
    private static final int BY_NAME = 12;
    private final BothBrokers both;

    SectionDFetchTest(BothBrokers both) {
        this.both = both;
    }

    /** The answer with its records as a consumer sees them. */
    private static String text(Side side, FetchResponseData answer) {
        StringBuilder text = new StringBuilder("error " + answer.errorCode() + " session "
                + (answer.sessionId() == 0 ? "none" : "some") + " endpoints " + answer.nodeEndpoints());
        answer.responses().forEach(topic -> topic.partitions()
                .forEach(partition ->
                        text.append("\n").append(side.normal(topic.topic())).append(text(partition))));
        return text.toString();
    }

    private static String text(PartitionData partition) {
        return "-" + partition.partitionIndex() + " error " + partition.errorCode() + " hw "
                + partition.highWatermark() + " lso " + partition.lastStableOffset() + " start "
                + partition.logStartOffset() + " aborted " + aborted(partition) + " diverging "
                + partition.divergingEpoch() + " leader " + partition.currentLeader() + " preferred "
                + partition.preferredReadReplica() + " records " + Batches.text(records(partition));
    }

    /** Beside an error Kafka says null or empty by where it noticed; no client looks. */
    private static String aborted(PartitionData partition) {
        return partition.errorCode() == 0 ? String.valueOf(partition.abortedTransactions()) : "-";
    }

    private static MemoryRecords records(PartitionData partition) {
        return partition.records() == null ? MemoryRecords.EMPTY : (MemoryRecords) partition.records();
    }

    private static PartitionData only(FetchResponseData answer) {
        return answer.responses().get(0).partitions().get(0);
    }

    private static void fill(WireClient client, Topic topic, int partition, int batches) throws Exception {
        for (int i = 0; i < batches; i++) {
            client.ask(
                    Requests.produce(
                            topic,
                            partition,
                            Batches.of(
                                    Batches.record(1000 + i, "k", "b" + i + "r0"),
                                    Batches.record(1000 + i, "k", "b" + i + "r1"))),
                    9);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})
    void twoBatchesAreAnsweredAlikeAtEveryVersion(int version) throws Exception {
        both.same("D.39, D.42", side -> {
            Topic topic = side.topic("fetched");
            try (WireClient client = side.connect()) {
                fill(client, topic, 0, 2);
                return text(side, client.ask(Requests.fetch(topic, 0, 0), version));
            }
        });
    }

    @Test
    void partitionsComeInTheOrderAsked() throws Exception {
        both.same("D.36", side -> {
            Topic topic = side.topic("many", 4, Map.of());
            Topic other = side.topic("other");
            try (WireClient client = side.connect()) {
                for (int partition = 0; partition < 4; partition++) {
                    fill(client, topic, partition, 1);
                }
                fill(client, other, 0, 1);
                FetchRequestData request = Requests.fetch(other, 0, 0);
                request.topics()
                        .add(Requests.fetchTopic(
                                topic,
                                Requests.fetchPartition(2, 0),
                                Requests.fetchPartition(0, 1),
                                Requests.fetchPartition(3, 0),
                                Requests.fetchPartition(1, 0)));
                return text(side, client.ask(request, BY_NAME));
            }
        });
    }

    @Test
    void firstBatchIsAnsweredEvenIfLargerThanTheLimitsAndOnlyThat() throws Exception {
        both.same("D.36", side -> {
            Topic topic = side.topic("large", 2, Map.of());
            try (WireClient client = side.connect()) {
                for (int i = 0; i < 3; i++) {
                    for (int partition = 0; partition < 2; partition++) {
                        client.ask(
                                Requests.produce(topic, partition, Batches.of(new SimpleRecord(1, new byte[5000]))), 9);
                    }
                }
                List<String> counts = new ArrayList<>();
                for (int[] limits :
                        new int[][] {{1, 1}, {100, 100_000}, {100_000, 100}, {6000, 100_000}, {100_000, 11_000}}) {
                    FetchRequestData request = Requests.fetch(topic, 0, 0).setMaxBytes(limits[0]);
                    request.topics().get(0).partitions().add(Requests.fetchPartition(1, 0));
                    request.topics().get(0).partitions().forEach(p -> p.setPartitionMaxBytes(limits[1]));
                    FetchResponseData answer = client.ask(request, BY_NAME);
                    List<Long> offsets = new ArrayList<>();
                    answer.responses().get(0).partitions().forEach(p -> records(p)
                            .batches()
                            .forEach(b -> offsets.add(p.partitionIndex() * 100 + b.baseOffset())));
                    counts.add(limits[0] + "/" + limits[1] + ": " + offsets);
                }
                return String.join("\n", counts);
            }
        });
    }

    @Test
    void wholeBatchesFromTheOneThatHoldsTheOffset() throws Exception {
        String answer = both.same("D.37", side -> {
            Topic topic = side.topic("whole");
            try (WireClient client = side.connect()) {
                fill(client, topic, 0, 3);
                List<String> answers = new ArrayList<>();
                for (long offset : new long[] {0, 1, 2, 3, 5, 6}) {
                    FetchResponseData fetched = client.ask(Requests.fetch(topic, 0, offset), BY_NAME);
                    List<Long> bases = new ArrayList<>();
                    records(only(fetched)).batches().forEach(b -> bases.add(b.baseOffset()));
                    answers.add(offset + ":" + bases + " error " + only(fetched).errorCode());
                }
                return answers.toString();
            }
        });
        assertThat(answer).contains("3:[2, 4]", "6:[] error 0");
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, 1})
    void lastStableOffsetIsTheHighWatermarkWithoutTransactions(byte isolation) throws Exception {
        both.same("D.38", side -> {
            Topic topic = side.topic("stable");
            try (WireClient client = side.connect()) {
                fill(client, topic, 0, 1);
                return text(side, client.ask(Requests.fetch(topic, 0, 0).setIsolationLevel(isolation), BY_NAME));
            }
        });
    }

    @Test
    void sessionsAreMadeContinuedAndRefused() throws Exception {
        String answer = both.same("D.40", side -> {
            Topic topic = side.topic("session", 3, Map.of());
            try (WireClient client = side.connect()) {
                fill(client, topic, 0, 1);
                List<String> steps = new ArrayList<>();
                FetchRequestData full = Requests.fetch(topic, 0, 0).setSessionEpoch(0);
                full.topics().get(0).partitions().add(Requests.fetchPartition(1, 0));
                FetchResponseData opened = client.ask(full, BY_NAME);
                steps.add("full: " + text(side, opened));
                int id = opened.sessionId();

                steps.add("nothing new: " + text(side, client.ask(inSession(id, 1), BY_NAME)));
                fill(client, topic, 1, 1);
                steps.add("data in one: " + text(side, client.ask(inSession(id, 2), BY_NAME)));
                FetchRequestData moved = inSession(id, 3);
                moved.topics()
                        .add(Requests.fetchTopic(topic, Requests.fetchPartition(1, 2), Requests.fetchPartition(2, 0)));
                steps.add("moved and one more: " + text(side, client.ask(moved, BY_NAME)));
                FetchRequestData forgotten = inSession(id, 4);
                forgotten.setForgottenTopicsData(List.of(new ForgottenTopic()
                        .setTopic(topic.name())
                        .setTopicId(topic.id())
                        .setPartitions(List.of(0))));
                steps.add("one forgotten: " + text(side, client.ask(forgotten, BY_NAME)));
                steps.add("wrong epoch: " + text(side, client.ask(inSession(id, 9), BY_NAME)));
                steps.add("unknown session: " + text(side, client.ask(inSession(id == 1 ? 2 : id - 1, 1), BY_NAME)));
                steps.add("closed: " + text(side, client.ask(inSession(id, -1), BY_NAME)));
                steps.add("after the close: " + text(side, client.ask(inSession(id, 5), BY_NAME)));
                return String.join("\n", steps);
            }
        });
        assertThat(answer).contains("wrong epoch: error 71", "unknown session: error 70", "after the close: error 70");
    }

    private static FetchRequestData inSession(int id, int epoch) {
        return new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(0)
                .setMaxBytes(1 << 20)
                .setSessionId(id)
                .setSessionEpoch(epoch)
                .setTopics(new ArrayList<>());
    }

    @Test
    void sessionsByIdAnswerATopicThatIsGone() throws Exception {
        both.same("D.40, B.21", side -> {
            Topic topic = side.topic("gone");
            try (WireClient client = side.connect()) {
                fill(client, topic, 0, 1);
                FetchResponseData opened =
                        client.ask(Requests.fetch(topic, 0, 0).setSessionEpoch(0), 16);
                FetchRequestData unknown = inSession(opened.sessionId(), 1);
                unknown.topics()
                        .add(Requests.fetchTopic(new Topic("x", new Uuid(4, 4)), Requests.fetchPartition(0, 0)));
                FetchResponseData answer = client.ask(unknown, 16);
                return "error " + answer.errorCode() + " "
                        + answer.responses().stream()
                                .map(t -> t.partitions().get(0).errorCode())
                                .toList();
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"-1,-1", "0,-1", "1,-1", "5,-1", "0,0", "0,1", "-1,0", "-1,7"})
    void leaderEpochsAreFenced(int current, int lastFetched) throws Exception {
        both.same("D.41", side -> {
            Topic topic = side.topic("fenced");
            try (WireClient client = side.connect()) {
                fill(client, topic, 0, 2);
                FetchRequestData request = Requests.fetch(topic, 0, 2);
                request.topics()
                        .get(0)
                        .partitions()
                        .get(0)
                        .setCurrentLeaderEpoch(current)
                        .setLastFetchedEpoch(lastFetched);
                return text(side, client.ask(request, BY_NAME));
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"0,0", "0,5", "0,-1", "-1,0", "3,0", "-1,3"})
    void endOfAnEpochIsAnsweredOrFenced(int epoch, int current) throws Exception {
        both.same("D.41", side -> {
            Topic topic = side.topic("epochs");
            try (WireClient client = side.connect()) {
                fill(client, topic, 0, 2);
                List<String> answers = new ArrayList<>();
                for (int version = 2; version <= 4; version++) {
                    OffsetForLeaderTopicCollection topics = new OffsetForLeaderTopicCollection();
                    topics.add(new OffsetForLeaderTopic()
                            .setTopic(topic.name())
                            .setPartitions(List.of(
                                    new OffsetForLeaderPartition()
                                            .setPartition(0)
                                            .setCurrentLeaderEpoch(current)
                                            .setLeaderEpoch(epoch),
                                    new OffsetForLeaderPartition()
                                            .setPartition(8)
                                            .setCurrentLeaderEpoch(-1)
                                            .setLeaderEpoch(epoch))));
                    answers.add(side.normal(client.ask(
                            new OffsetForLeaderEpochRequestData()
                                    .setReplicaId(version > 2 ? -2 : -1)
                                    .setTopics(topics),
                            version)));
                }
                return answers.toString();
            }
        });
    }

    @Test
    void minBytesWaitsForDataAndIsWokenByIt() throws Exception {
        String answer = both.same("D.43", side -> {
            Topic topic = side.topic("woken");
            try (WireClient waiting = side.connect();
                    WireClient writing = side.connect()) {
                long start = System.nanoTime();
                waiting.send(Requests.fetch(topic, 0, 0).setMinBytes(1).setMaxWaitMs(15_000), BY_NAME);
                // Metadata on another connection stands between, so that the fetch is parked first.
                writing.ask(Requests.metadata(false), 9);
                fill(writing, topic, 0, 1);
                FetchResponseData woken = (FetchResponseData) waiting.receive();
                boolean soon = msSince(start) < 10_000;
                long before = System.nanoTime();
                waiting.ask(Requests.fetch(topic, 0, 2).setMinBytes(1).setMaxWaitMs(300), BY_NAME);
                boolean waited = msSince(before) >= 280;
                long enough = System.nanoTime();
                waiting.ask(Requests.fetch(topic, 0, 0).setMinBytes(20).setMaxWaitMs(10_000), BY_NAME);
                boolean atOnce = msSince(enough) < 5_000;
                return "woken " + soon + " with " + Batches.text(records(only(woken))) + ", waited " + waited
                        + ", at once when there is enough " + atOnce;
            }
        });
        assertThat(answer).doesNotContain("false");
    }

    /** Four partitions lie on several event loops: whichever of them has something answers for all. */
    @Test
    void aFetchOfManyPartitionsIsWokenByAnyOfThemAndLosesNoneOfTheOthers() throws Exception {
        String answer = both.same("D.43", side -> {
            Topic topic = side.topic("woken-by-any", 4, Map.of());
            StringBuilder heard = new StringBuilder();
            try (WireClient waiting = side.connect();
                    WireClient writing = side.connect()) {
                long start = System.nanoTime();
                for (int round = 0; round < 2; round++) {
                    for (int partition = 0; partition < 4; partition++) {
                        waiting.send(ofAll(topic, round, partition).setMinBytes(1), BY_NAME);
                        writing.ask(Requests.metadata(false), 9);
                        fill(writing, topic, partition, 1);
                        heard.append(found((FetchResponseData) waiting.receive()))
                                .append("; ");
                    }
                }
                // More than any one of them gets.
                waiting.send(ofAll(topic, 2, 0).setMinBytes(100), BY_NAME);
                writing.ask(Requests.metadata(false), 9);
                fill(writing, topic, 3, 1);
                fill(writing, topic, 1, 1);
                heard.append(found((FetchResponseData) waiting.receive()));
                return "soon " + (msSince(start) < 15_000) + ": " + heard;
            }
        });
        assertThat(answer).isEqualTo("soon true: [0]; [1]; [2]; [3]; [0]; [1]; [2]; [3]; [1, 3]");
    }

    /** From the ends of all four, when each has been filled {@code rounds} times and those before the partition once more. */
    private static FetchRequestData ofAll(Topic topic, int rounds, int partition) {
        FetchRequestData request = Requests.fetch(topic, 0, 2L * (rounds + (partition > 0 ? 1 : 0)))
                .setMaxWaitMs(20_000);
        for (int other = 1; other < 4; other++) {
            request.topics()
                    .get(0)
                    .partitions()
                    .add(Requests.fetchPartition(other, 2L * (rounds + (partition > other ? 1 : 0))));
        }
        return request;
    }

    private static List<Integer> found(FetchResponseData fetched) {
        return fetched.responses().get(0).partitions().stream()
                .filter(partition ->
                        partition.records() != null && ((MemoryRecords) partition.records()).sizeInBytes() > 0)
                .map(FetchResponseData.PartitionData::partitionIndex)
                .sorted()
                .toList();
    }

    @Test
    void errorInOnePartitionLetsTheOthersWaitOn() throws Exception {
        String answer = both.same("D.43", side -> {
            Topic topic = side.topic("erring");
            try (WireClient client = side.connect()) {
                long start = System.nanoTime();
                FetchRequestData request =
                        Requests.fetch(topic, 0, 0).setMinBytes(1).setMaxWaitMs(700);
                request.topics().get(0).partitions().add(Requests.fetchPartition(5, 0));
                FetchResponseData fetched = client.ask(request, BY_NAME);
                return "waited " + (msSince(start) >= 650) + " " + text(side, fetched);
            }
        });
        assertThat(answer).startsWith("waited true");
    }

    private static long msSince(long startNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    @Test
    void offsetsOutsideTheLogAreOutOfRangeWithTheLogsEnds() throws Exception {
        String answer = both.same("D.44, D.45", side -> {
            Topic topic = side.topic("ranged");
            try (WireClient client = side.connect()) {
                fill(client, topic, 0, 3);
                List<String> answers = new ArrayList<>();
                answers.add(text(side, client.ask(Requests.fetch(topic, 0, 7), BY_NAME)));
                answers.add(text(side, client.ask(Requests.fetch(topic, 0, -5), BY_NAME)));
                deleteRecords(client, topic, 3);
                answers.add("before the start: " + text(side, client.ask(Requests.fetch(topic, 0, 2), BY_NAME)));
                answers.add("at the start: " + text(side, client.ask(Requests.fetch(topic, 0, 3), BY_NAME)));
                return String.join("\n", answers);
            }
        });
        assertThat(answer).contains("error 1 ", "start 3");
    }

    private static void deleteRecords(WireClient client, Topic topic, long before) throws Exception {
        client.ask(Requests.deleteRecords(topic, before), 2);
    }

    @Test
    void recordsDeletedBehindAReaderDoNotDisturbIt() throws Exception {
        both.same("D.45", side -> {
            Topic topic = side.topic("read");
            try (WireClient client = side.connect()) {
                fill(client, topic, 0, 5);
                FetchResponseData opened =
                        client.ask(Requests.fetch(topic, 0, 4).setSessionEpoch(0), BY_NAME);
                deleteRecords(client, topic, 3);
                FetchRequestData next = inSession(opened.sessionId(), 1);
                next.topics().add(Requests.fetchTopic(topic, Requests.fetchPartition(0, 6)));
                return text(side, client.ask(next, BY_NAME));
            }
        });
    }

    @Test
    void offsetsHaveNoHolesMadeByTheBroker() throws Exception {
        String answer = both.same("D.47", side -> {
            Topic topic = side.topic("holes");
            try (WireClient client = side.connect()) {
                fill(client, topic, 0, 20);
                FetchResponseData fetched = client.ask(Requests.fetch(topic, 0, 0), BY_NAME);
                long next = 0;
                for (var record : records(only(fetched)).records()) {
                    if (record.offset() != next) {
                        return "hole before " + record.offset();
                    }
                    next++;
                }
                return "contiguous to " + next;
            }
        });
        assertThat(answer).isEqualTo("contiguous to 40");
    }

    @ParameterizedTest
    @CsvSource({"unknown topic,12", "unknown id,13", "unknown id,18", "zero id,16", "negative partition,12"})
    void whatIsNotThereIsNamedByItsError(String what, int version) throws Exception {
        both.same("D.44", side -> {
            Topic topic = side.topicOrNone(what);
            try (WireClient client = side.connect()) {
                return text(side, client.ask(Requests.fetch(topic, what.startsWith("negative") ? -1 : 0, 0), version));
            }
        });
    }
}
