package io.millrace.verticles.door;

import static io.millrace.verticles.door.DoorBroker.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What applications do to their producers and consumers without much thought. */
@Timeout(60)
class ApplicationHabitsTest {
    private static final int RECORDS = 10;

    @TempDir
    static Path data;

    private static DoorBroker node;
    private static Admin admin;

    @BeforeAll
    static void start() {
        node = new DoorBroker(
                data, Map.of("group.initial.rebalance.delay.ms", "0", "offsets.topic.num.partitions", "1"));
        admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()));
    }

    @AfterAll
    static void stop() {
        admin.close();
        node.close();
    }

    private static String topic(int partitions) throws Exception {
        String name = "t" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                .all()
                .get();
        return name;
    }

    private static LogProducer producer() {
        return LogClient.of(node.vertx()).producer(new ProducerOptions().lingerMs(0));
    }

    private static LogConsumer consumer(Vertx vertx) {
        return LogClient.of(vertx)
                .consumer(new ConsumerOptions().groupId("habits").autoOffsetReset(OffsetReset.EARLIEST));
    }

    /** A topic with so many records in its only partition. */
    private static TopicPartition filled() throws Exception {
        String topic = topic(1);
        LogProducer producer = producer();
        for (int i = 0; i < RECORDS; i++) {
            producer.write(LogRecord.of(topic, null, "" + i));
        }
        await(producer.end());
        return new TopicPartition(topic, 0);
    }

    private static LogError error(Future<?> failing) {
        return catchThrowableOfType(LogException.class, () -> await(failing)).error();
    }

    @Test
    void whateverAHandlerThrowsTheRecordsBehindItCome() throws Exception {
        TopicPartition partition = filled();
        LogConsumer consumer = consumer(node.vertx());
        AtomicInteger told = new AtomicInteger();
        Promise<Void> last = Promise.promise();
        consumer.exceptionHandler(why -> {
            told.incrementAndGet();
            throw new IllegalStateException("and who is told of it throws too");
        });
        consumer.handler(record -> {
            if (record.offset() == RECORDS - 1) {
                last.complete();
            }
            throw new AssertionError("not as expected");
        });

        await(consumer.assign(List.of(partition)));

        await(last.future());
        await(consumer.close());
        assertThat(told).hasValue(RECORDS);
    }

    @Test
    void whoSeeksWhileAnotherPlaceIsLookedForGoesThere() throws Exception {
        TopicPartition partition = filled();
        LogConsumer consumer = consumer(node.vertx());
        await(consumer.assign(List.of(partition)));

        Future<Long> end = consumer.seekToEnd(partition);
        await(consumer.seek(partition, 2));

        assertThat(await(end)).isEqualTo(RECORDS);
        assertThat(await(consumer.position(partition))).isEqualTo(2);
        await(consumer.close());
    }

    @Test
    void lessThanNothingCannotBeAskedFor() {
        LogConsumer consumer = consumer(node.vertx());

        assertThatIllegalArgumentException().isThrownBy(() -> consumer.fetch(-1));
        await(consumer.close());
    }

    @Test
    void aMemberThatItsVerticleLeavesOpenHandsOverWhenThatIsUndeployed() throws Exception {
        TopicPartition partition = filled();
        Promise<Void> read = Promise.promise();
        AtomicInteger revoked = new AtomicInteger();
        String verticle = await(node.vertx().deployVerticle(new VerticleBase() {
            @Override
            public Future<?> start() {
                LogConsumer consumer = consumer(vertx);
                consumer.partitionsRevokedHandler(partitions -> {
                    revoked.addAndGet(partitions.size());
                    return Future.succeededFuture();
                });
                consumer.handler(record -> {
                    if (record.offset() == RECORDS - 1) {
                        read.tryComplete();
                    }
                });
                return consumer.subscribe(Set.of(partition.topic()));
            }
        }));
        await(read.future());

        await(node.vertx().undeploy(verticle));

        assertThat(revoked).as("what it was asked to finish with").hasValue(1);
        var group = admin.describeConsumerGroups(List.of("habits")).all().get().get("habits");
        assertThat(group.members()).isEmpty();
        LogConsumer next = consumer(node.vertx());
        await(next.subscribe(Set.of(partition.topic())));
        assertThat(await(next.committed(List.of(partition)))).containsEntry(partition, (long) RECORDS);
        await(next.close());
    }

    @Test
    void aProducerThatItsVerticleLeavesOpenIsFlushedAndClosed() throws Exception {
        String topic = topic(1);
        CompletableFuture<LogProducer> made = new CompletableFuture<>();
        CompletableFuture<Future<Void>> written = new CompletableFuture<>();
        String verticle = await(node.vertx().deployVerticle(new VerticleBase() {
            @Override
            public Future<?> start() {
                LogProducer producer = LogClient.of(vertx).producer(new ProducerOptions().lingerMs(60_000));
                made.complete(producer);
                written.complete(producer.write(LogRecord.of(topic, null, "waits for others")));
                return Future.succeededFuture();
            }
        }));

        await(node.vertx().undeploy(verticle));

        await(written.get());
        assertThat(error(made.get().write(LogRecord.of(topic, null, "late")))).isEqualTo(LogError.CLOSED);
    }

    @Test
    void aSubscriptionThatIsClosedBeforeItIsAnyIsToldSo() throws Exception {
        String topic = topic(1);
        LogConsumer consumer = consumer(node.vertx());

        Future<Void> subscribed = consumer.subscribe(Set.of(topic));
        await(consumer.close());

        assertThat(error(subscribed)).isEqualTo(LogError.CLOSED);
        assertThat(error(consumer.assign(List.of()))).isEqualTo(LogError.CLOSED);
    }

    @Test
    void clientsOfAVertxThatIsGoneSaySo() {
        Vertx gone = Vertx.vertx();
        LogProducer producer = LogClient.of(gone).producer(new ProducerOptions());
        LogConsumer consumer = consumer(gone);
        await(gone.close());

        assertThat(error(producer.write(LogRecord.of("any", null, "late")))).isEqualTo(LogError.CLOSED);
        assertThat(error(consumer.subscribe(Set.of("any")))).isEqualTo(LogError.CLOSED);
    }

    @Test
    void aProducerThatRunsWritesToPartitionsThatAreNew() throws Exception {
        String topic = topic(1);
        LogProducer producer = LogClient.of(node.vertx())
                .producer(new ProducerOptions().lingerMs(0).metadataMaxAgeMs(1));
        await(producer.send(LogRecord.of(topic, "k", "v")));
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(4))).all().get();

        Set<Integer> written = new TreeSet<>();
        for (int i = 0; written.size() < 4; i++) {
            written.add(await(producer.send(LogRecord.of(topic, "k" + i, "v"))).partition());
        }

        await(producer.close());
    }
}
