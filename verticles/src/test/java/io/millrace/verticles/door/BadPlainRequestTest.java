package io.millrace.verticles.door;

import static io.millrace.verticles.door.DoorBroker.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.client.LogClient;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.millrace.protocol.Errors;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is asked, there is an answer: a failure with a code, which says what is wrong and what would be right. */
@Timeout(60)
class BadPlainRequestTest {
    private static final String TOPIC = "there";

    @TempDir
    static Path data;

    private static DoorBroker node;

    @BeforeAll
    static void start() {
        node = new DoorBroker(data, Map.of());
        await(LogClient.of(node.vertx())
                .producer(new ProducerOptions().lingerMs(0))
                .send(LogRecord.of(TOPIC, "k", "v")));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static ReplyException refused(Object body, DeliveryOptions options) {
        return catchThrowableOfType(
                ReplyException.class,
                () -> await(node.vertx().eventBus().request(DoorAddresses.ANY, body, options.setSendTimeout(10_000))));
    }

    private static void assertMalformed(ReplyException refused, String... says) {
        assertThat(refused.failureCode()).as(refused.getMessage()).isEqualTo(DoorFailure.MALFORMED);
        JsonObject told = new JsonObject(refused.getMessage());
        assertThat(told.getString("error")).isEqualTo("MALFORMED");
        assertThat(told.getBoolean("retriable")).isFalse();
        assertThat(told.getString("message")).contains(says).doesNotContain("internal error");
        assertThat(refused.getMessage()).hasSizeLessThan(1_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'op':7}",
                "{'op':'remove'}",
                "{'op':{'a':1}}",
                "{'op':'append'}",
                "{'op':'append','topic':7}",
                "{'op':'append','topic':null}",
                "{'op':'append','topic':'there','partition':'one'}",
                "{'op':'append','topic':'there','partition':-1}",
                "{'op':'append','topic':'there','partition':1.5}",
                "{'op':'append','topic':'there','partition':99999999999}",
                "{'op':'append','topic':'there','partition':1e99}",
                "{'op':'append','topic':'there','partition':123456789012345678901234567890}",
                "{'op':'append','topic':'there','partition':[0]}",
                "{'op':'append','topic':'there','acks':2}",
                "{'op':'append','topic':'there','acks':'some'}",
                "{'op':'append','topic':'there','acks':true}",
                "{'op':'append','topic':'there','timeoutMs':-1}",
                "{'op':'append','topic':'there','timeoutMs':300001}",
                "{'op':'append','topic':'there','key':7}",
                "{'op':'append','topic':'there','value':{'a':1}}",
                "{'op':'append','topic':'there','value':'a','valueBase64':'YQ=='}",
                "{'op':'append','topic':'there','valueBase64':'not base 64'}",
                "{'op':'append','topic':'there','headers':'h'}",
                "{'op':'append','topic':'there','headers':['h']}",
                "{'op':'append','topic':'there','headers':{'h':7}}",
                "{'op':'append','topic':'there','headers':{'h':{'deep':1}}}",
                "{'op':'append','topic':'there','timestamp':'now'}",
                "{'op':'append','topic':'there','timestamp':-5}",
                "{'op':'append','topic':'there','producerId':-2}",
                "{'op':'append','topic':'there','producerId':1,'producerEpoch':40000,'sequence':0}",
                "{'op':'append','topic':'there','producerId':1,'producerEpoch':0,'sequence':-1}",
                "{'op':'append','topic':'there','producerId':1}",
                "{'op':'append','topic':'there','producerId':1,'producerEpoch':0}",
                "{'op':'append','topic':'there','producerId':1,'sequence':0}",
                "{'op':'append','topic':'there','producerEpoch':0,'sequence':0}",
                "{'op':'append','topic':'there','valeu':'v'}",
                "{'op':'append','topic':'there','records':[]}",
                "{'op':'append','topic':'there','records':'many'}",
                "{'op':'append','topic':'there','records':[7]}",
                "{'op':'append','topic':'there','records':[{'vale':'v'}]}",
                "{'op':'append','topic':'there','value':'v','records':[{'value':'v'}]}",
                "{'op':'read','topic':'there','offset':0}",
                "{'op':'read','topic':'there','partition':-3,'offset':0}",
                "{'op':'read','topic':'there','partition':0,'offset':-7}",
                "{'op':'read','topic':'there','partition':0,'offset':'newest'}",
                "{'op':'read','topic':'there','partition':0,'offset':0.5}",
                "{'op':'read','topic':'there','partition':0,'maxWaitMs':-1}",
                "{'op':'read','topic':'there','partition':0,'maxWaitMs':30001}",
                "{'op':'read','topic':'there','partition':0,'maxBytes':0}",
                "{'op':'read','topic':'there','partition':0,'maxBytes':2147483647}",
                "{'op':'read','topic':'there','partition':0,'minBytes':-1}",
                "{'op':'read','topic':'there','partition':0,'maxWait':10}",
                "{'op':'metadata','topics':'there'}",
                "{'op':'metadata','topics':[7]}",
                "{'op':'metadata','topic':'there'}"
            })
    void badJsonIsRefusedWithWhatIsWrongInIt(String json) {
        assertMalformed(refused(new JsonObject(json.replace('\'', '"')), new DeliveryOptions()), "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "op=none",
                "op=append",
                "op=append&topic=there&partition=x",
                "op=append&topic=there&timestamp=x",
                "op=append&topic=there&acks=7",
                "op=append&topic=there&keyBase64=%",
                "op=read&topic=there",
                "op=read&topic=there&partition=0&maxWaitMs=-1",
                "op=read&topic=there&partition=0&offset=-1",
                "op=read&topic=there&partition=99999999999999999999",
                "op=metadata"
            })
    void badHeadersOfABufferAreRefusedLikewise(String headers) {
        DeliveryOptions options = new DeliveryOptions();
        Stream.of(headers.split("&")).map(one -> one.split("=")).forEach(one -> options.addHeader(one[0], one[1]));

        assertMalformed(refused(Buffer.buffer("v"), options), "\"");
    }

    static Stream<Arguments> strangers() {
        return Stream.of(
                Arguments.of("a text", "neither"),
                Arguments.of(7, "neither"),
                Arguments.of(true, "neither"),
                Arguments.of(new JsonArray().add("append"), "neither"),
                Arguments.of(new byte[10], "neither"));
    }

    @ParameterizedTest
    @MethodSource("strangers")
    void aBodyOfAnotherTypeIsRefused(Object body, String says) {
        assertMalformed(refused(body, new DeliveryOptions()), says);
        assertMalformed(refused(null, new DeliveryOptions()), says);
    }

    /** Hands a body over as it is, whatever it does when it is looked at. */
    private record AsItIs(String name) implements MessageCodec<JsonObject, JsonObject> {
        @Override
        public void encodeToWire(Buffer wire, JsonObject body) {
            throw new UnsupportedOperationException();
        }

        @Override
        public JsonObject decodeFromWire(int at, Buffer wire) {
            throw new UnsupportedOperationException();
        }

        @Override
        public JsonObject transform(JsonObject body) {
            return body;
        }

        @Override
        public byte systemCodecID() {
            return -1;
        }
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new StackOverflowError(), DoorFailure.MALFORMED),
                Arguments.of(new OutOfMemoryError("of a test"), DoorFailure.NO_CREDIT),
                Arguments.of(new NoClassDefFoundError("of a test"), DoorFailure.MALFORMED),
                Arguments.of(new IllegalStateException("of a test"), DoorFailure.MALFORMED));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void anErrorWhileAMessageIsReadIsAnAnswerToo(Throwable why, int code) {
        AsItIs codec = new AsItIs(why.getClass().getName());
        node.vertx().eventBus().registerCodec(codec);
        Map<String, Object> failing = new HashMap<>() {
            @Override
            public Object get(Object key) {
                if (why instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) why;
            }
        };

        ReplyException refused = refused(new JsonObject(failing), new DeliveryOptions().setCodecName(codec.name()));

        assertThat(refused.failureCode()).isEqualTo(code);
        assertThat(new JsonObject(refused.getMessage()).getBoolean("retriable"))
                .isEqualTo(code == DoorFailure.NO_CREDIT);
    }

    @Test
    void whatIsLongComesNotBackWhole() {
        assertMalformed(
                refused(
                        new JsonObject().put("op", "append").put("topic", TOPIC).put("acks", "x".repeat(1 << 20)),
                        new DeliveryOptions()),
                "xxx...");
        assertMalformed(
                refused(new JsonObject().put("op", "metadata").put("y".repeat(1 << 20), 1), new DeliveryOptions()),
                "yyy...");
    }

    @Test
    void aTimeThatTheTopicDoesNotTakeAndAPartitionThatIsNotThereHaveKafkasCodes() {
        JsonObject append =
                new JsonObject().put("op", "append").put("topic", TOPIC).put("value", "v");

        assertThat(refused(append.copy().put("timestamp", Long.MAX_VALUE), new DeliveryOptions())
                        .failureCode())
                .isEqualTo(Errors.INVALID_TIMESTAMP.code());
        assertThat(refused(append.copy().put("partition", 70), new DeliveryOptions())
                        .failureCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(refused(append.copy().put("topic", ""), new DeliveryOptions())
                        .failureCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }
}
