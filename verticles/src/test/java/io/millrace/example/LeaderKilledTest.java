package io.millrace.example;

import static io.millrace.verticles.door.DoorBroker.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.ConsumerOptions.OffsetReset;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogProducer;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An outside application on the bus of three nodes, while the leader that it writes to is killed. */
@Tag("full")
@Timeout(180)
class LeaderKilledTest {
    private static final String TOPIC = "orders";
    private static final int PARTITIONS = 3;
    private static final int BEFORE_KILL = 2_000;
    private static final int AFTER_KILL = 4_000;

    @TempDir
    Path home;

    @Test
    void whatWasAcknowledgedIsThereOnceWhenTheLeaderIsKilled() throws Exception {
        try (BusProcesses nodes =
                new BusProcesses(home, 3, Map.of("min.insync.replicas", "2", "default.replication.factor", "3"))) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", nodes.bootstrap()))) {
                admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 3)))
                        .all()
                        .get();
            }
            Vertx application = await(
                    JoinTheBus.joined(BusProcesses.NAME, nodes.seeds(), new EventBusOptions().setHost("127.0.0.1")));
            await(LogClient.of(application).connected());
            brokersOwnAddressesAreOutOfReach(application);

            Set<Integer> acknowledged = produceWhileKilling(application, nodes);
            List<Integer> read = readAll(application, acknowledged.size());

            assertThat(read).doesNotHaveDuplicates().containsAll(acknowledged);
            await(application.close());
        } finally {
            com.hazelcast.core.Hazelcast.shutdownAll();
        }
    }

    private static void brokersOwnAddressesAreOutOfReach(Vertx application) {
        for (String service : List.of("b.1.repl", "b.2.quorum", "b.3.controller")) {
            ReplyException refused = catchThrowableOfType(
                    ReplyException.class, () -> await(application.eventBus().request(service, "")));
            assertThat(refused.failureType()).isEqualTo(ReplyFailure.NO_HANDLERS);
        }
    }

    private static int leader(Vertx application) {
        JsonObject told = await(application
                .eventBus()
                .<JsonObject>request(
                        "millrace.door",
                        new JsonObject().put("op", "metadata").put("topics", new JsonArray().add(TOPIC)))
                .map(reply -> reply.body()));
        return told.getJsonArray("topics")
                .getJsonObject(0)
                .getJsonArray("partitions")
                .getJsonObject(0)
                .getInteger("leader");
    }

    private static Set<Integer> produceWhileKilling(Vertx application, BusProcesses nodes) throws Exception {
        LogProducer producer = LogClient.of(application).producer(new ProducerOptions().lingerMs(1));
        Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        AtomicLong lastAck = new AtomicLong(System.nanoTime());
        AtomicLong longestPause = new AtomicLong();
        AtomicInteger next = new AtomicInteger();
        int killed = leader(application);
        Promise<Void> before = Promise.promise();
        Promise<Void> enough = Promise.promise();
        long timer = application.setPeriodic(2, tick -> {
            for (int i = 0; i < 4 && !producer.writeQueueFull(); i++) {
                int number = next.getAndIncrement();
                producer.write(LogRecord.of(TOPIC, null, "" + number).partition(number % PARTITIONS))
                        .onSuccess(done -> {
                            acknowledged.add(number);
                            if (number % PARTITIONS == 0) {
                                long now = System.nanoTime();
                                longestPause.accumulateAndGet(now - lastAck.getAndSet(now), Math::max);
                            }
                            if (acknowledged.size() == BEFORE_KILL) {
                                longestPause.set(0);
                                before.tryComplete();
                            }
                            if (acknowledged.size() >= BEFORE_KILL + AFTER_KILL) {
                                enough.tryComplete();
                            }
                        })
                        .onFailure(failures::add);
            }
        });
        await(before.future());
        nodes.kill(killed);
        await(enough.future());
        application.cancelTimer(timer);
        await(producer.end());
        System.out.println("leader " + killed + " killed: partition 0 was not acknowledged for "
                + TimeUnit.NANOSECONDS.toMillis(longestPause.get()) + " ms");
        assertThat(failures).isEmpty();
        assertThat(acknowledged).hasSize(next.get());
        return acknowledged;
    }

    private static List<Integer> readAll(Vertx application, int count) {
        LogConsumer consumer =
                LogClient.of(application).consumer(new ConsumerOptions().autoOffsetReset(OffsetReset.EARLIEST));
        List<Integer> read = Collections.synchronizedList(new ArrayList<>());
        Promise<Void> all = Promise.promise();
        consumer.exceptionHandler(all::tryFail);
        consumer.handler(record -> {
            read.add(Integer.parseInt(record.valueText()));
            if (read.size() >= count) {
                all.tryComplete();
            }
        });
        await(consumer.partitionsOf(TOPIC).compose(consumer::assign));
        await(all.future());
        // A duplicate would lie behind: the consumer goes on for as long as a parked read takes.
        await(application.timer(700).mapEmpty());
        await(consumer.close());
        return new ArrayList<>(read);
    }
}
