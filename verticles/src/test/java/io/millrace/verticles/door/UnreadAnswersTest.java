package io.millrace.verticles.door;

import static io.millrace.verticles.door.DoorBroker.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.cluster.BusNodeId;
import io.millrace.verticles.cluster.DirectClusterManager;
import io.millrace.verticles.cluster.MessageOrigin;
import io.millrace.verticles.node.EmbeddedNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Another node of the bus asks for much and reads nothing of it: what it has not read counts as in flight. */
@Timeout(60)
class UnreadAnswersTest {
    private static final String TOPIC = "large";
    private static final int ANSWERS = 40;
    private static final int ANSWER_BYTES = 1 << 20;
    /** What the kernel takes of a connection nobody reads from, both sides of it, at most. */
    private static final int KERNEL_ANSWERS = 20;

    /** Hazelcast never comes, and nothing waits for it at the end. */
    private static final int ATTACH_MS = 300;

    private static final String DOOR = "b.1.plain";

    @TempDir
    Path data;

    private final BusDirectory known = new BusDirectory();

    private Vertx bus(int id, int loops) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        BusNodeId self = new BusNodeId(id, UUID.randomUUID(), "127.0.0.1", port);
        known.put(self);
        return await(Vertx.builder()
                .with(new VertxOptions()
                        .setEventLoopPoolSize(loops)
                        .setEventBusOptions(
                                new EventBusOptions().setHost("127.0.0.1").setPort(port)))
                .withClusterManager(new DirectClusterManager(self, known, CompletableFuture::new, ATTACH_MS))
                .buildClustered());
    }

    private static JsonObject read(int bytes) {
        return new JsonObject()
                .put("op", "read")
                .put("topic", TOPIC)
                .put("partition", 0)
                .put("offset", 0)
                .put("maxBytes", bytes);
    }

    @Test
    void answersCountUntilTheOtherSideReadsThemAndMakeRoomThen() throws Exception {
        Vertx home = bus(1, 2);
        Vertx away = bus(2, 1);
        EmbeddedNode node = await(EmbeddedNode.start(home, data, Map.of()));
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", node.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int i = 0; i < 11; i++) {
                producer.send(
                        new ProducerRecord<>(TOPIC, 0, null, "x".repeat(100_000).getBytes()));
            }
        }
        DoorLimits limits = new DoorLimits(
                64L * ANSWER_BYTES,
                1 << 20,
                ANSWERS * ANSWER_BYTES,
                256,
                10,
                ANSWER_BYTES,
                ANSWER_BYTES,
                1 << 20,
                1_000,
                1_000);
        Context loop = home.getOrCreateContext();
        PlainDoor[] door = new PlainDoor[1];
        loop.runOnContext(go -> {
            door[0] = new PlainDoor(node.broker(), home, limits);
            home.eventBus().<JsonObject>consumer(DOOR, message -> {
                try {
                    door[0].receive(MessageOrigin.of(message), message, message.body());
                } catch (DoorFailure refused) {
                    message.fail(refused.code(), refused.getMessage());
                }
            });
        });

        // One loop over there: with the first answer it reads no more
        CountDownLatch reading = new CountDownLatch(1);
        List<Future<?>> answered = new ArrayList<>();
        CompletableFuture<Void> asked = new CompletableFuture<>();
        away.runOnContext(go -> {
            for (int i = 0; i < ANSWERS; i++) {
                Future<?> answer = away.eventBus().request(DOOR, read(ANSWER_BYTES));
                answered.add(answer.onSuccess(first -> {
                    try {
                        reading.await(30, TimeUnit.SECONDS);
                    } catch (InterruptedException ended) {
                        Thread.currentThread().interrupt();
                    }
                }));
            }
            asked.complete(null);
        });
        asked.get(20, TimeUnit.SECONDS);
        long served;
        do {
            served = node.broker().metrics().bytesOut(TOPIC);
            TimeUnit.MILLISECONDS.sleep(20);
        } while (served < (long) ANSWERS * 1_000_000);
        // Asked from here, with an account of its own: answered after the others have been
        for (int i = 0; i < 5; i++) {
            await(home.eventBus().request(DOOR, read(100_000)));
        }

        assertThat(door[0].inFlight()).isGreaterThanOrEqualTo(ANSWERS - KERNEL_ANSWERS);

        reading.countDown();
        await(Future.all(answered));
        // They have left, and others are welcome
        await(Future.all(List.of(away.eventBus().request(DOOR, read(ANSWER_BYTES)))));
        while (door[0].inFlight() > 0) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        await(node.stop());
        await(away.close());
        await(home.close());
    }
}
