package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Section C of the compatibility list, produce. The part of item 31 that needs a second replica and item 34, which is
 * transactions, are not asked.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class SectionCProduceTest {
    private static final int LATEST = 12;
    private final BothBrokers both;

    SectionCProduceTest(BothBrokers both) {
        this.both = both;
    }

    private static PartitionProduceResponse first(ProduceResponseData answer) {
        return answer.responses().iterator().next().partitionResponses().get(0);
    }

    /** Produces and says what came back. Clients act on codes; the sentence beside them is each broker's own. */
    private static String produced(Side side, WireClient client, ProduceRequestData request, int version)
            throws Exception {
        ProduceResponseData answer = client.ask(request, version);
        answer.responses().forEach(topic -> topic.partitionResponses().forEach(partition -> {
            partition.setErrorMessage(null);
            if (partition.errorCode() != 0) {
                // Beside an error nobody reads the log's start, and Kafka tells it or not by where it noticed.
                partition.setLogStartOffset(-1);
            }
            partition.recordErrors().forEach(error -> error.setBatchIndexErrorMessage(null));
        }));
        return side.normal(answer).replaceAll("logAppendTimeMs=\\d{12,}", "logAppendTimeMs=NOW");
    }

    private static List<String> stored(WireClient client, Topic topic) throws Exception {
        FetchResponseData answer = client.ask(Requests.fetch(topic, 0, 0), 12);
        return Batches.text(
                (MemoryRecords) answer.responses().get(0).partitions().get(0).records());
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
    void batchIsStoredUnderItsOffsetsAtEveryVersion(int version) throws Exception {
        both.same("C.26, C.27", side -> {
            Topic topic = side.topic("plain");
            try (WireClient client = side.connect()) {
                return produced(side, client, Requests.produce(topic, 0, Batches.values("a", "b")), version)
                        + produced(side, client, Requests.produce(topic, 0, Batches.values("c")), version)
                        + stored(client, topic);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "magic 0",
        "magic 1",
        "magic 3",
        "two batches",
        "bad checksum",
        "last offset delta one too large",
        "last offset delta one too small",
        "count negative",
        "count zero",
        "length short",
        "length long",
        "cut in the header",
        "cut in the records",
        "empty",
        "control",
        "base offset 77",
        "leader epoch 9",
        "max timestamp wrong"
    })
    void aBatchThatIsNotRightIsRefusedAlike(String kind) throws Exception {
        both.same("C.25", side -> {
            Topic topic = side.topic("spoiled");
            try (WireClient client = side.connect()) {
                String answer;
                try {
                    answer = produced(side, client, Requests.produce(topic, 0, spoiled(kind)), LATEST);
                } catch (java.io.EOFException e) {
                    answer = "closed";
                }
                // Whatever was refused left nothing behind, and the partition goes on.
                try (WireClient next = side.connect()) {
                    return answer + produced(side, next, Requests.produce(topic, 0, Batches.values("next")), LATEST);
                }
            }
        });
    }

    /**
     * Where Kafka slips we need not follow: it takes an unknown codec for a server error, closes the connection on null
     * records, and stores a batch without what follows it. What matters is that nothing of it is stored by us.
     */
    @ParameterizedTest
    @ValueSource(strings = {"unknown codec", "null", "trailing bytes", "transactional without a transaction"})
    void whatKafkaTreatsOddlyIsRefused(String kind) throws Exception {
        Side ours = both.ours();
        Topic topic = ours.topic("spoiled");
        byte[] batch = Batches.values("one");
        byte[] spoiled =
                switch (kind) {
                    case "unknown codec" -> Batches.withShort(batch, Batches.ATTRIBUTES, 6);
                    case "null" -> null;
                    case "trailing bytes" -> Batches.join(batch, new byte[] {1, 2, 3, 4, 5});
                    default -> Batches.withShort(batch, Batches.ATTRIBUTES, 0x10);
                };
        try (WireClient client = ours.connect()) {
            ProduceResponseData answer = client.ask(Requests.produce(topic, 0, spoiled), LATEST);
            assertThat(first(answer).errorCode()).isNotZero().isNotEqualTo((short) -1);
            assertThat(stored(client, topic)).isEmpty();
        }
    }

    private static byte[] spoiled(String kind) {
        byte[] batch = Batches.values("one", "two");
        return switch (kind) {
            case "magic 0" -> Batches.ofMagic(0);
            case "magic 1" -> Batches.ofMagic(1);
            case "magic 3" -> {
                byte[] copy = batch.clone();
                copy[Batches.MAGIC] = 3;
                yield copy;
            }
            case "two batches" -> Batches.join(batch, Batches.values("three"));
            case "bad checksum" -> Batches.withFlippedByte(batch, batch.length - 2);
            case "last offset delta one too large" -> Batches.withInt(batch, Batches.LAST_OFFSET_DELTA, 2);
            case "last offset delta one too small" -> Batches.withInt(batch, Batches.LAST_OFFSET_DELTA, 0);
            case "count negative" -> Batches.withInt(batch, Batches.RECORD_COUNT, -1);
            case "count zero" -> Batches.withInt(batch, Batches.RECORD_COUNT, 0);
            case "length short" -> Batches.withInt(batch, Batches.LENGTH, 20);
            case "length long" -> Batches.withInt(batch, Batches.LENGTH, batch.length);
            case "cut in the header" -> Arrays.copyOf(batch, 30);
            case "cut in the records" -> Arrays.copyOf(batch, batch.length - 3);
            case "empty" -> new byte[0];
            case "control" -> Batches.withShort(batch, Batches.ATTRIBUTES, 0x20);
            case "base offset 77" -> Batches.withLong(batch, 0, 77);
            case "leader epoch 9" -> Batches.withInt(batch, Batches.LEADER_EPOCH, 9);
            case "max timestamp wrong" -> Batches.withLong(batch, Batches.MAX_TIMESTAMP, 5);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    @Test
    void logAppendTimeReplacesTheClientsTimestampsAndSealsTheBatchAgain() throws Exception {
        String answer = both.same("C.26", side -> {
            Topic topic = side.topic("stamped", 1, Map.of("message.timestamp.type", "LogAppendTime"));
            try (WireClient client = side.connect()) {
                long before = System.currentTimeMillis();
                ProduceResponseData produced =
                        client.ask(Requests.produce(topic, 0, Batches.of(Batches.record(12345, "k", "v"))), LATEST);
                long stamp = first(produced).logAppendTimeMs();
                FetchResponseData fetched = client.ask(Requests.fetch(topic, 0, 0), 12);
                MemoryRecords records = (MemoryRecords)
                        fetched.responses().get(0).partitions().get(0).records();
                var batch = records.batches().iterator().next();
                return "stamp is now " + (stamp >= before - 1000 && stamp <= System.currentTimeMillis() + 1000)
                        + ", max is the stamp " + (batch.maxTimestamp() == stamp)
                        + ", record has it " + (batch.iterator().next().timestamp() == stamp)
                        + ", type " + batch.timestampType() + ", checksum right " + batch.isValid();
            }
        });
        assertThat(answer).doesNotContain("false");
    }

    @Test
    void sizeLimitIsOnTheBatchAsReceived() throws Exception {
        String answer = both.same("C.28", side -> {
            Topic topic = side.topic("sized", 1, Map.of("max.message.bytes", "2000"));
            try (WireClient client = side.connect()) {
                List<String> errors = new ArrayList<>();
                for (int total : new int[] {1999, 2000, 2001, 20_000}) {
                    byte[] batch = ofSize(total);
                    ProduceResponseData produced = client.ask(Requests.produce(topic, 0, batch), LATEST);
                    errors.add(batch.length + ":" + first(produced).errorCode());
                }
                byte[] packed = Batches.of(Compression.gzip().build(), Batches.record(1000, null, "x".repeat(50_000)));
                ProduceResponseData produced = client.ask(Requests.produce(topic, 0, packed), LATEST);
                errors.add("packed 50000:" + first(produced).errorCode());
                return errors.toString();
            }
        });
        assertThat(answer).contains("2000:0", "2001:10", "packed 50000:0");
    }

    private static byte[] ofSize(int total) {
        int value = total - Batches.of(new SimpleRecord(1000L, new byte[200])).length + 200;
        byte[] batch = Batches.of(new SimpleRecord(1000L, new byte[value]));
        while (batch.length != total) {
            value += total - batch.length;
            batch = Batches.of(new SimpleRecord(1000L, new byte[value]));
        }
        return batch;
    }

    @Test
    void defaultLimitRefusesTwoMegabytes() throws Exception {
        String answer = both.same("C.28", side -> {
            Topic topic = side.topic("sized");
            try (WireClient client = side.connect()) {
                ProduceResponseData fits = client.ask(Requests.produce(topic, 0, ofSize(1_048_588)), LATEST);
                ProduceResponseData over = client.ask(Requests.produce(topic, 0, ofSize(1_048_589)), LATEST);
                ProduceResponseData twice = client.ask(Requests.produce(topic, 0, ofSize(2 << 20)), LATEST);
                return first(fits).errorCode() + " " + first(over).errorCode() + " "
                        + first(twice).errorCode();
            }
        });
        assertThat(answer).isEqualTo("0 10 10");
    }

    @ParameterizedTest
    @CsvSource({
        "producer,none", "producer,gzip", "producer,snappy", "producer,lz4", "producer,zstd",
        "gzip,none", "lz4,gzip", "zstd,snappy", "snappy,zstd", "uncompressed,lz4"
    })
    void batchIsStoredInTheTopicsCodec(String topicCodec, String batchCodec) throws Exception {
        both.same("C.29", side -> {
            Topic topic = side.topic("packed", 1, Map.of("compression.type", topicCodec));
            try (WireClient client = side.connect()) {
                byte[] batch = Batches.of(
                        codec(batchCodec),
                        Batches.record(1000, "a", "x".repeat(300)),
                        Batches.record(1001, null, null),
                        Batches.record(1002, "c", "y".repeat(300)));
                return produced(side, client, Requests.produce(topic, 0, batch), LATEST) + stored(client, topic);
            }
        });
    }

    private static Compression codec(String name) {
        return Compression.of(name).build();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 6, 7})
    void zstdNeedsProduceSeven(int version) throws Exception {
        both.same("C.30", side -> {
            Topic topic = side.topic("zstd");
            try (WireClient client = side.connect()) {
                byte[] batch = Batches.of(Compression.zstd().build(), Batches.record(1000, null, "v"));
                return produced(side, client, Requests.produce(topic, 0, batch), version);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(shorts = {-1, 0, 1, 2, -2})
    void acksThatCannotBeAreRefused(short acks) throws Exception {
        if (acks == 0) {
            return; // It has no answer; section A asks about it.
        }
        both.same("C.31", side -> {
            Topic topic = side.topic("acks");
            try (WireClient client = side.connect()) {
                return produced(
                        side,
                        client,
                        Requests.produce(topic, 0, Batches.values("v")).setAcks(acks),
                        LATEST);
            }
        });
    }

    @Test
    void moreInSyncReplicasThanReplicasIsAsTheReferenceTakesIt() throws Exception {
        both.same("C.31", side -> {
            Topic topic = side.topic("strict", 1, Map.of("min.insync.replicas", "2"));
            try (WireClient client = side.connect()) {
                return produced(side, client, Requests.produce(topic, 0, Batches.values("v")), LATEST);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 8, 12})
    void nullKeyInACompactedTopicNamesTheRecord(int version) throws Exception {
        both.same("C.32", side -> {
            Topic topic = side.topic("compacted", 1, Map.of("cleanup.policy", "compact"));
            try (WireClient client = side.connect()) {
                byte[] batch = Batches.of(
                        Batches.record(1000, "k", "v"),
                        Batches.record(1000, null, "v"),
                        Batches.record(1000, "k", null),
                        Batches.record(1000, null, null));
                return produced(side, client, Requests.produce(topic, 0, batch), version) + stored(client, topic);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "7200000,''",
        "1000,''",
        "-86400000,message.timestamp.before.max.ms=3600000",
        "5000,message.timestamp.after.max.ms=1000"
    })
    void timestampFarFromNowIsRefused(long fromNowMs, String config) throws Exception {
        both.same("C.32", side -> {
            Map<String, String> configs =
                    config.isEmpty() ? Map.of() : Map.of(config.split("=")[0], config.split("=")[1]);
            Topic topic = side.topic("timely", 1, configs);
            try (WireClient client = side.connect()) {
                long now = System.currentTimeMillis();
                byte[] batch =
                        // The oldest first: its time stands in the batch's header, which is all that we look at.
                        Batches.of(Batches.record(now + fromNowMs, null, "then"), Batches.record(now, null, "now"));
                return produced(side, client, Requests.produce(topic, 0, batch), LATEST);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "unknown topic,9",
        "unknown topic,12",
        "unknown id,13",
        "zero id,13",
        "unknown partition,9",
        "unknown partition,13",
        "negative partition,12"
    })
    void whatIsNotThereIsNamedByItsError(String what, int version) throws Exception {
        both.same("C.35", side -> {
            Topic topic = side.topicOrNone(what);
            int partition = what.equals("unknown partition") ? 9 : what.equals("negative partition") ? -1 : 0;
            try (WireClient client = side.connect()) {
                return produced(side, client, Requests.produce(topic, partition, Batches.values("v")), version)
                        .replaceAll("topicId=[A-Za-z0-9_-]{22}", "topicId=some");
            }
        });
    }

    @Test
    void oneBadPartitionDoesNotSpoilItsNeighbours() throws Exception {
        both.same("C.33", side -> {
            Topic topic = side.topic("neighbours", 3, Map.of());
            try (WireClient client = side.connect()) {
                ProduceRequestData request = Requests.produce(topic, 0, Batches.values("zero"));
                var partitions = request.topicData().iterator().next().partitionData();
                partitions.add(Requests.partitionData(7, Batches.values("nowhere")));
                partitions.add(Requests.partitionData(1, Batches.withFlippedByte(Batches.values("spoiled"), 70)));
                partitions.add(Requests.partitionData(2, Batches.values("two")));
                ProduceResponseData answer = client.ask(request, LATEST);
                return answer.responses().iterator().next().partitionResponses().stream()
                        .map(p -> p.index() + ":" + p.errorCode() + "@" + p.baseOffset() + " leader "
                                + p.currentLeader().leaderId())
                        .sorted()
                        .toList();
            }
        });
    }

    @Test
    void internalTopicTakesNothingFromAClient() throws Exception {
        both.same("C.35", side -> {
            Topic topic;
            try {
                topic = side.topicNamed("__consumer_offsets", 1, Map.of());
            } catch (IllegalStateException there) {
                topic = new Topic("__consumer_offsets", Uuid.ZERO_UUID);
            }
            try (WireClient client = side.connect()) {
                return produced(
                        side, client, Requests.produce(topic, 0, Batches.of(Batches.record(1000, "k", "v"))), LATEST);
            }
        });
    }
}
