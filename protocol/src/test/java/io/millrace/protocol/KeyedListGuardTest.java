package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that collide cost kafka-clients' collections the cube of their number: they are refused before that. */
class KeyedListGuardTest {
    private final Decoders decoders = new Decoders();

    private static ByteBuf createTopics(String path, int count, String text) {
        return SchemaBytes.write(
                ApiMessageType.CREATE_TOPICS.requestSchemas()[7], SchemaBytes.swollen(path, count, 0, text));
    }

    private Object decode(ApiMessageType type, int version, ByteBuf body) {
        return decoders.decode(new Decoders.Case(decoders.registry.spec(type.apiKey()), (short) version), body);
    }

    @Test
    @Timeout(5)
    void thousandsOfEqualTopicNamesAreRefusedAtOnce() {
        ByteBuf body = createTopics("/topics", 6_000, "same");

        long start = System.nanoTime();
        assertThatThrownBy(() -> decode(ApiMessageType.CREATE_TOPICS, 7, body))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessageContaining("collide");

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void topicNamesWithTheSameHashAreRefusedToo() {
        // "Aa" and "BB" hash alike, so do all strings made of them: 1,024 names of 10 pairs.
        CreateTopicsRequestData request = new CreateTopicsRequestData();
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < 1 << 10; i++) {
            name.setLength(0);
            for (int bit = 0; bit < 10; bit++) {
                name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            request.topics().add(new CreateTopicsRequestData.CreatableTopic().setName(name.toString()));
        }
        ByteBuf body = Oracle.encode(request, (short) 7);

        assertThatThrownBy(() -> decode(ApiMessageType.CREATE_TOPICS, 7, body))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessageContaining("collide");
    }

    @ParameterizedTest
    @ValueSource(strings = {"topic-", "orders_", "many.0.", "t", "a-rather-long-prefix.of.topics-"})
    void namesThatAreNumberedThroughAreFineHoweverMany(String prefix) {
        for (int count : new int[] {999, 1_000, 2_000, 6_000}) {
            CreateTopicsRequestData request = new CreateTopicsRequestData();
            for (int i = 0; i < count; i++) {
                request.topics().add(new CreateTopicsRequestData.CreatableTopic().setName(prefix + i));
            }

            CreateTopicsRequestData decoded = (CreateTopicsRequestData)
                    decode(ApiMessageType.CREATE_TOPICS, 7, Oracle.encode(request, (short) 7));

            assertThat(decoded.topics()).hasSize(count);
        }
    }

    @Test
    void aFewTopicsNamedTwiceReachTheHandlerThatAnswersThem() {
        assertThatCode(() -> decode(ApiMessageType.CREATE_TOPICS, 7, createTopics("/topics", 100, "same")))
                .doesNotThrowAnyException();
    }

    @Test
    void thousandsOfDistinctTopicsAndThousandsOfAssignmentsInARowAreFine() {
        CreateTopicsRequestData byName = (CreateTopicsRequestData)
                decode(ApiMessageType.CREATE_TOPICS, 7, createTopics("/topics", 6_000, SchemaBytes.DISTINCT));
        CreateTopicsRequestData byPartition = (CreateTopicsRequestData) decode(
                ApiMessageType.CREATE_TOPICS, 7, createTopics("/topics/assignments", 6_000, SchemaBytes.DISTINCT));

        assertThat(byName.topics()).hasSize(6_000);
        assertThat(byPartition.topics().iterator().next().assignments()).hasSize(6_000);
    }

    @Test
    void everyKeyedListOfEveryServedApiIsKnown() throws IOException {
        Map<String, TreeSet<String>> keyed = new TreeMap<>();
        Map<String, TreeSet<String>> known = new TreeMap<>();
        for (ApiSpec api : decoders.registry.specs()) {
            if (api.api() == Api.PRODUCE || api.api() == Api.FETCH) {
                continue;
            }
            TreeSet<String> names = new TreeSet<>();
            KeyedLists.of(api.api()).values().forEach(names::addAll);
            if (!names.isEmpty()) {
                known.put(api.name(), names);
            }
            String json = messageJson(api.name() + "Request");
            TreeSet<String> inJson = new TreeSet<>();
            java.util.regex.Matcher key = java.util.regex.Pattern.compile(
                            "\"name\": +\"(\\w+)\",[^{}]*?\"mapKey\": true")
                    .matcher(json);
            while (key.find()) {
                inJson.add(key.group(1).replaceAll("(?<=[a-z])([A-Z])", "_$1").toLowerCase());
            }
            if (!inJson.isEmpty()) {
                keyed.put(api.name(), inJson);
            }
        }

        assertThat(keyed).isNotEmpty().isEqualTo(known);
    }

    private static String messageJson(String name) throws IOException {
        try (InputStream in = ApiMessageType.class.getResourceAsStream("/common/message/" + name + ".json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
