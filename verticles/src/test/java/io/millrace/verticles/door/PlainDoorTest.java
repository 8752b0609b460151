package io.millrace.verticles.door;

import static io.millrace.verticles.door.DoorBroker.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.protocol.Errors;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What anybody on the bus can do with {@code request} alone. */
@Timeout(60)
class PlainDoorTest {
    @TempDir
    static Path data;

    private static DoorBroker node;

    @BeforeAll
    static void start() {
        node = new DoorBroker(data, Map.of());
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    static String topic(int partitions) throws Exception {
        String name = "t" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                    .all()
                    .get();
        }
        return name;
    }

    private static Future<JsonObject> ask(JsonObject request) {
        return node.vertx()
                .eventBus()
                .<JsonObject>request(DoorAddresses.ANY, request)
                .map(Message::body);
    }

    private static JsonObject append(String topic, String key, String value) {
        return new JsonObject()
                .put("op", "append")
                .put("topic", topic)
                .put("key", key)
                .put("value", value);
    }

    private static JsonObject read(String topic, Object offset) {
        return new JsonObject()
                .put("op", "read")
                .put("topic", topic)
                .put("partition", 0)
                .put("offset", offset);
    }

    private static ReplyException refused(Future<?> asked) {
        return catchThrowableOfType(ReplyException.class, () -> await(asked));
    }

    @Test
    void whatIsAppendedAsJsonIsReadAsJson() throws Exception {
        String topic = topic(1);

        JsonObject first = await(ask(append(topic, "k", "größe")
                .put("headers", new JsonObject().put("trace", "7"))
                .put("timestamp", 1234567890123L)));
        JsonObject second = await(ask(new JsonObject()
                .put("op", "append")
                .put("topic", topic)
                .put(
                        "records",
                        new JsonArray()
                                .add(new JsonObject().put("valueBase64", "/w=="))
                                .add(new JsonObject().putNull("value").put("key", "gone")))));
        JsonObject read = await(ask(read(topic, "earliest")));

        assertThat(first.getLong("offset")).isZero();
        assertThat(second.getLong("offset")).isEqualTo(1);
        JsonArray records = read.getJsonArray("records");
        assertThat(records).hasSize(3);
        assertThat(records.getJsonObject(0))
                .isEqualTo(new JsonObject()
                        .put("offset", 0L)
                        .put("timestamp", 1234567890123L)
                        .put("key", "k")
                        .put("value", "größe")
                        .put(
                                "headers",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("name", "trace")
                                                .put("value", "7"))));
        assertThat(records.getJsonObject(1).getString("valueBase64")).isEqualTo("/w==");
        assertThat(records.getJsonObject(2).getValue("value")).isNull();
        assertThat(read.getLong("nextOffset")).isEqualTo(3);
        assertThat(read.getLong("highWatermark")).isEqualTo(3);
    }

    @Test
    void aBufferIsTheValueAndHeadersSayTheRest() throws Exception {
        String topic = topic(1);
        byte[] value = {0, (byte) 0xff, 1, 2};

        node.vertx()
                .eventBus()
                .<JsonObject>request(
                        DoorAddresses.of(1),
                        Buffer.buffer(value),
                        new DeliveryOptions()
                                .addHeader("op", "append")
                                .addHeader("topic", topic)
                                .addHeader("key", "k")
                                .addHeader("h.trace", "9"))
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        Message<Buffer> reply = await(node.vertx()
                .eventBus()
                .<Buffer>request(
                        DoorAddresses.ANY,
                        Buffer.buffer(),
                        new DeliveryOptions()
                                .addHeader("op", "read")
                                .addHeader("topic", topic)
                                .addHeader("partition", "0")
                                .addHeader("offset", "0")));

        Buffer records = reply.body();
        assertThat(reply.headers().get("nextOffset")).isEqualTo("1");
        assertThat(records.getLong(0)).isZero();
        assertThat(records.getInt(16)).isEqualTo(1);
        assertThat(records.getString(20, 21)).isEqualTo("k");
        assertThat(records.getInt(21)).isEqualTo(4);
        assertThat(records.getBytes(25, 29)).isEqualTo(value);
        assertThat(records.getInt(29)).isEqualTo(1);
        assertThat(records.slice(33, records.length()).getBytes())
                .isEqualTo(Buffer.buffer()
                        .appendInt(5)
                        .appendBytes("trace".getBytes(StandardCharsets.UTF_8))
                        .appendInt(1)
                        .appendString("9")
                        .getBytes());
    }

    @Test
    void aReadAtTheEndIsParkedAndItsReplyIsTheData() throws Exception {
        String topic = topic(1);
        Future<JsonObject> parked = ask(read(topic, 0).put("maxWaitMs", 20_000));
        // The door begins requests in their order: when this one is answered, the read has been
        // parked or will see its record.
        await(ask(new JsonObject().put("op", "metadata")));
        assertThat(parked.isComplete()).isFalse();

        await(ask(append(topic, null, "wake up")));

        assertThat(await(parked).getJsonArray("records").getJsonObject(0).getString("value"))
                .isEqualTo("wake up");
    }

    @Test
    void aReadThatFindsNothingIsAnsweredEmptyInTime() throws Exception {
        JsonObject nothing = await(ask(read(topic(1), "latest").put("maxWaitMs", 50)));

        assertThat(nothing.getJsonArray("records")).isEmpty();
        assertThat(nothing.getLong("nextOffset")).isZero();
    }

    @Test
    void metadataTellsWhoLeadsAndWhereToAsk() throws Exception {
        String topic = topic(2);

        JsonObject told = await(ask(new JsonObject()
                .put("op", "metadata")
                .put("topics", new JsonArray().add(topic).add("nowhere"))));

        assertThat(told.getJsonArray("nodes").getJsonObject(0).getString("address"))
                .isEqualTo("millrace.door.1");
        JsonObject partition = told.getJsonArray("topics")
                .getJsonObject(0)
                .getJsonArray("partitions")
                .getJsonObject(1);
        assertThat(partition.getInteger("leader")).isEqualTo(1);
        assertThat(partition.getString("address")).isEqualTo("millrace.door.1");
        assertThat(told.getJsonArray("topics").getJsonObject(1).getString("error"))
                .isEqualTo("UNKNOWN_TOPIC_OR_PARTITION");
    }

    @Test
    void failuresAreTyped() throws Exception {
        String topic = topic(1);

        ReplyException unknown = refused(ask(append("nowhere", null, "v")));
        ReplyException malformed =
                refused(ask(new JsonObject().put("op", "append").put("topic", 7)));
        ReplyException beyond = refused(ask(read(topic, 99)));
        ReplyException noOp = refused(ask(new JsonObject()));
        ReplyException large = refused(ask(append(topic, null, "x".repeat(2 << 20))));

        assertThat(unknown.failureCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(new JsonObject(unknown.getMessage()).getString("error")).isEqualTo("UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(malformed.failureCode()).isEqualTo(DoorFailure.MALFORMED);
        assertThat(new JsonObject(malformed.getMessage()).getString("message")).contains("\"topic\" is 7");
        assertThat(beyond.failureCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
        assertThat(noOp.failureCode()).isEqualTo(DoorFailure.MALFORMED);
        assertThat(large.failureCode()).isEqualTo(Errors.MESSAGE_TOO_LARGE.code());
    }

    @Test
    void aBatchOfAnIdempotentProducerIsTakenOnce() throws Exception {
        String topic = topic(1);
        JsonObject batch = append(topic, null, "once")
                .put("partition", 0)
                .put("producerId", 4711)
                .put("producerEpoch", 0)
                .put("sequence", 0);

        long first = await(ask(batch)).getLong("offset");
        long again = await(ask(batch)).getLong("offset");
        ReplyException gap = refused(ask(batch.copy().put("sequence", 9)));

        assertThat(again).isEqualTo(first);
        assertThat(gap.failureCode()).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER.code());
        assertThat(await(ask(read(topic, 0))).getJsonArray("records")).hasSize(1);
    }

    @Test
    void whoWantsTooMuchAtOnceIsToldToWait() throws Exception {
        String topic = topic(1);
        List<Future<JsonObject>> parked = new java.util.ArrayList<>();
        for (int i = 0; i < 300; i++) {
            parked.add(ask(read(topic, 0).put("maxWaitMs", 5_000).put("maxBytes", 1000)));
        }

        ReplyException refused = refused(parked.get(299));
        await(ask(append(topic, null, "v")).recover(full -> Future.succeededFuture()));
        node.broker().busNodeLeft("");

        assertThat(refused.failureCode()).isEqualTo(DoorFailure.NO_CREDIT);
        assertThat(new JsonObject(refused.getMessage()).getBoolean("retriable")).isTrue();
        // When the sender has left, nothing of it is parked any more
        assertThat(refused(parked.get(0)).failureCode()).isEqualTo(DoorFailure.NOT_SERVING);
    }
}
