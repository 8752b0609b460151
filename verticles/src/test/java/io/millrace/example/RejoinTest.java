package io.millrace.example;

import static io.millrace.verticles.door.DoorBroker.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.ConsumerOptions.OffsetReset;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogProducer;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An application goes on by itself when all nodes have been down at once. */
@Tag("full")
@Timeout(120)
class RejoinTest {
    private static final String TOPIC = "orders";
    private static final int TRIES = 60;

    @TempDir
    Path home;

    @Test
    void anApplicationGoesOnWhenAllNodesHaveBeenDown() throws Exception {
        try (BusProcesses nodes = new BusProcesses(home, 1, Map.of())) {
            Vertx application = await(
                    JoinTheBus.joined(BusProcesses.NAME, nodes.seeds(), new EventBusOptions().setHost("127.0.0.1")));
            LogProducer producer = LogClient.of(application).producer(new ProducerOptions());
            await(producer.send(LogRecord.of(TOPIC, null, "before")));
            List<String> read = Collections.synchronizedList(new ArrayList<>());
            Promise<Void> all = Promise.promise();
            LogConsumer consumer = reader(application, read, all);
            await(consumer.partitionsOf(TOPIC).compose(consumer::assign));
            assertThat(await(metadata(application, TRIES)).getInteger("node")).isEqualTo(1);

            nodes.kill(1);
            Future<?> meanwhile = producer.send(LogRecord.of(TOPIC, null, "meanwhile"));
            nodes.again(1);

            assertThat(await(metadata(application, TRIES)).getInteger("node")).isEqualTo(1);
            await(meanwhile);
            await(producer.send(LogRecord.of(TOPIC, null, "after")));
            await(all.future());
            assertThat(read).containsExactly("before", "meanwhile", "after");
            await(consumer.close());
            await(producer.end());
            await(application.close());
        } finally {
            com.hazelcast.core.Hazelcast.shutdownAll();
        }
    }

    private static LogConsumer reader(Vertx application, List<String> read, Promise<Void> all) {
        LogConsumer consumer =
                LogClient.of(application).consumer(new ConsumerOptions().autoOffsetReset(OffsetReset.EARLIEST));
        consumer.exceptionHandler(all::tryFail);
        consumer.handler(record -> {
            read.add(record.valueText());
            if (record.valueText().equals("after")) {
                all.tryComplete();
            }
        });
        return consumer;
    }

    /** A plain request, as long as nobody answers: when Hazelcast has found the nodes no event tells. */
    private static Future<JsonObject> metadata(Vertx application, int tries) {
        Future<JsonObject> told = application
                .eventBus()
                .<JsonObject>request(
                        "millrace.door",
                        new JsonObject().put("op", "metadata"),
                        new DeliveryOptions().setSendTimeout(500))
                .map(reply -> reply.body());
        return tries == 0
                ? told
                : told.recover(why -> application.timer(100).compose(later -> metadata(application, tries - 1)));
    }
}
