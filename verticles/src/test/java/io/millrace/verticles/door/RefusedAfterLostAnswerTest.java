package io.millrace.verticles.door;

import static io.millrace.verticles.door.DoorBroker.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.ConsumerOptions.OffsetReset;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.LogProducer;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.millrace.client.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A batch is appended, its answer is lost, and sent again it is refused: what comes after it must not pass for a repetition of it. */
@Timeout(60)
class RefusedAfterLostAnswerTest {
    private static final int REQUEST_TIMEOUT_MS = 200;

    private static final byte REQUEST = 1;
    private static final int KIND_AT = 1;
    private static final int API_AT = 10;
    private static final short PRODUCE = 0;

    @TempDir
    static Path data;

    /** Where answers to appends are awaited that are not delivered. */
    private final Set<String> lost = ConcurrentHashMap.newKeySet();

    private final Promise<Void> appended = Promise.promise();
    private volatile boolean losing = true;

    private void loseAnswers(DeliveryContext<Object> delivery) {
        String address = delivery.message().address();
        if (losing
                && delivery.body() instanceof Buffer body
                && body.length() > API_AT + Short.BYTES
                && body.getByte(KIND_AT) == REQUEST
                && body.getShort(API_AT) == PRODUCE) {
            lost.add(delivery.message().replyAddress());
        }
        if (address != null && lost.contains(address)) {
            appended.tryComplete();
        } else {
            delivery.next();
        }
    }

    @Test
    void whatIsAcknowledgedIsThere() throws Exception {
        try (DoorBroker node = new DoorBroker(data, Map.of())) {
            node.vertx().eventBus().addOutboundInterceptor(this::loseAnswers);
            LogProducer producer =
                    LogClient.of(node.vertx()).producer(new ProducerOptions().requestTimeoutMs(REQUEST_TIMEOUT_MS));
            Future<Void> refused;
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
                admin.createTopics(List.of(new NewTopic("t", 1, (short) 1)))
                        .all()
                        .get();
                refused = producer.write(LogRecord.of("t", null, "a"));
                await(appended.future());
                // Such a topic takes no record without a key.
                admin.incrementalAlterConfigs(Map.of(
                                new ConfigResource(ConfigResource.Type.TOPIC, "t"),
                                List.of(new AlterConfigOp(
                                        new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.SET))))
                        .all()
                        .get();
                losing = false;
            }
            assertThatThrownBy(() -> await(refused))
                    .isInstanceOfSatisfying(
                            LogException.class, why -> assertThat(why.error()).isEqualTo(LogError.INVALID_RECORD));

            await(producer.write(LogRecord.of("t", "key", "b")));
            await(producer.write(LogRecord.of("t", "key", "c")));

            assertThat(read(node, 3)).containsExactly("a", "b", "c");
        }
    }

    private static List<String> read(DoorBroker node, int count) {
        LogConsumer consumer =
                LogClient.of(node.vertx()).consumer(new ConsumerOptions().autoOffsetReset(OffsetReset.EARLIEST));
        List<String> values = new ArrayList<>();
        Promise<Void> enough = Promise.promise();
        consumer.handler(record -> {
            values.add(record.valueText());
            if (values.size() == count) {
                enough.tryComplete();
            }
        });
        await(consumer.assign(List.of(new TopicPartition("t", 0))));
        await(enough.future());
        return values;
    }
}
