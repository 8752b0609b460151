package io.millrace.membership.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.membership.record.BrokerChangeRecord;
import io.millrace.membership.record.ConfigRecord;
import io.millrace.membership.record.ConfigResource;
import io.millrace.membership.record.Listener;
import io.millrace.membership.record.MetadataRecord;
import io.millrace.membership.record.PartitionChangeRecord;
import io.millrace.membership.record.PartitionRecord;
import io.millrace.membership.record.ProducerIdsRecord;
import io.millrace.membership.record.RegisterBrokerRecord;
import io.millrace.membership.record.RemoveTopicRecord;
import io.millrace.membership.record.TopicRecord;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The image after records, and what a batch of them is said to have changed. */
class MetadataImageTest {
    private static final UUID A = new UUID(1, 1);
    private static final UUID B = new UUID(2, 2);
    private static final int[] ONE = {1};
    private static final int[] NONE = {};

    @Test
    void aTopicIsFoundByNameAndById() {
        MetadataImage image = replay(MetadataImage.EMPTY, new TopicRecord(A, "a"), partition(A, 0), partition(A, 1));

        assertThat(image.topic("a")).isSameAs(image.topic(A));
        assertThat(image.topic("a").partitionCount()).isEqualTo(2);
        assertThat(image.partition(A, 1).leader()).isEqualTo(1);
        assertThat(image.partition(A, 2)).isNull();
        assertThat(image.topic("b")).isNull();
        assertThat(image.partitionCount()).isEqualTo(2);
    }

    @Test
    void anEarlierImageDoesNotChange() {
        MetadataImage before = replay(MetadataImage.EMPTY, new TopicRecord(A, "a"), partition(A, 0));

        MetadataImage after = replay(before, change(A, 0, 2, 1, 1), partition(A, 1));

        assertThat(before.partition(A, 0).leader()).isEqualTo(1);
        assertThat(before.topic(A).partitionCount()).isEqualTo(1);
        assertThat(after.partition(A, 0).leader()).isEqualTo(2);
        assertThat(after.topic(A).partitionCount()).isEqualTo(2);
    }

    @Test
    void aTopicThatGoesTakesItsPartitionsAndConfigsAlong() {
        MetadataImage before = replay(
                MetadataImage.EMPTY,
                new TopicRecord(A, "a"),
                partition(A, 0),
                new ConfigRecord(ConfigResource.topic("a"), "retention.ms", "1"));

        MetadataImage after = replay(before, new RemoveTopicRecord(A));

        assertThat(after).isEqualTo(MetadataImage.EMPTY);
        assertThat(after.partitionCount()).isZero();
    }

    @Test
    void aNameMadeAnewHasAnotherId() {
        ImageBuilder batch = replay(MetadataImage.EMPTY, new TopicRecord(A, "a"), partition(A, 0))
                .change();
        batch.replay(3, 1, new RemoveTopicRecord(A));
        batch.replay(4, 1, new TopicRecord(B, "a"));
        batch.replay(5, 1, partition(B, 0));

        MetadataDelta delta = batch.delta();

        assertThat(delta.after().topic("a").id()).isEqualTo(B);
        assertThat(delta.after().topic(A)).isNull();
        assertThat(delta.topics()).extracting(TopicDelta::topicId).containsExactly(A, B);
        assertThat(delta.topics()).extracting(TopicDelta::isDeleted).containsExactly(true, false);
        assertThat(delta.topics()).extracting(TopicDelta::isNew).containsExactly(false, true);
    }

    @Test
    void aTopicThatCameAndWentWithinABatchIsNotMentioned() {
        ImageBuilder batch = MetadataImage.EMPTY.change();
        batch.replay(0, 1, new TopicRecord(A, "a"))
                .replay(1, 1, partition(A, 0))
                .replay(2, 1, new RemoveTopicRecord(A));

        assertThat(batch.delta().topics()).isEmpty();
    }

    @Test
    void aDeltaNamesExactlyWhatTheRecordsTouched() {
        MetadataImage before = replay(
                MetadataImage.EMPTY,
                new TopicRecord(A, "a"),
                partition(A, 0),
                partition(A, 1),
                new TopicRecord(B, "b"),
                partition(B, 0),
                broker(1));
        ImageBuilder batch = before.change();
        batch.replay(6, 1, change(A, 1, 2, 1, 1));
        batch.replay(7, 1, new ConfigRecord(ConfigResource.topic("b"), "retention.ms", "5"));
        batch.replay(8, 1, BrokerChangeRecord.unfence(1, before.broker(1).epoch()));

        MetadataDelta delta = batch.delta();

        assertThat(delta.topics()).hasSize(1);
        TopicDelta topic = delta.topics().iterator().next();
        assertThat(topic.partitions()).containsExactly(1);
        assertThat(topic.partitionBefore(1).leader()).isEqualTo(1);
        assertThat(topic.partitionAfter(1).leader()).isEqualTo(2);
        assertThat(delta.changedConfigs()).containsExactly(ConfigResource.topic("b"));
        assertThat(delta.changedBrokers()).containsExactly(1);
    }

    @Test
    void comparingTwoImagesFindsWhatABatchWouldHaveNamed() {
        MetadataImage before =
                replay(MetadataImage.EMPTY, new TopicRecord(A, "a"), partition(A, 0), partition(A, 1), broker(1));
        MetadataImage after = replay(
                before,
                change(A, 1, 2, 1, 1),
                new TopicRecord(B, "b"),
                partition(B, 0),
                new ConfigRecord(ConfigResource.ALL_BROKERS, "x", "1"));

        MetadataDelta delta = MetadataDelta.between(before, replay(MetadataImage.EMPTY, after.toRecords()));

        assertThat(delta.topics()).extracting(TopicDelta::topicId).containsExactlyInAnyOrder(A, B);
        assertThat(delta.topics().iterator().next().partitions()).containsExactly(1);
        assertThat(delta.changedConfigs()).containsExactly(ConfigResource.ALL_BROKERS);
        assertThat(delta.changedBrokers()).isEmpty();
    }

    @Test
    void aBrokersEpochIsTheOffsetOfItsRegistration() {
        MetadataImage image = MetadataImage.EMPTY.replay(41, 3, broker(1));

        assertThat(image.broker(1).epoch()).isEqualTo(41);
        assertThat(image.highestOffset()).isEqualTo(41);
        assertThat(image.highestEpoch()).isEqualTo(3);
        MetadataImage restored = replay(MetadataImage.EMPTY, image.toRecords());
        assertThat(restored.broker(1).epoch()).isEqualTo(41);
    }

    @Test
    void aConfigThatIsRemovedLeavesNothingBehind() {
        ConfigResource resource = ConfigResource.topic("a");
        MetadataImage image = replay(
                MetadataImage.EMPTY, new ConfigRecord(resource, "x", "1"), new ConfigRecord(resource, "x", null));

        assertThat(image.configs()).isEmpty();
        assertThat(image).isEqualTo(MetadataImage.EMPTY);
    }

    @Test
    void recordsThatContradictTheImageStopTheReplay() {
        MetadataImage image = replay(MetadataImage.EMPTY, new TopicRecord(A, "a"), partition(A, 0), broker(1));

        for (MetadataRecord wrong : List.of(
                new TopicRecord(B, "a"),
                partition(B, 0),
                partition(A, 2),
                change(A, 1, 1, 0, 1),
                change(A, 0, 1, 0, 2),
                change(A, 0, 2, 0, 1),
                new RemoveTopicRecord(B),
                BrokerChangeRecord.fence(1, 999),
                BrokerChangeRecord.fence(2, 0))) {
            assertThatThrownBy(() -> replay(image, wrong)).as("%s", wrong).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void producerIdsGoOnFromTheSnapshot() {
        MetadataImage image = replay(MetadataImage.EMPTY, new ProducerIdsRecord(1, 1, 3000));

        assertThat(replay(MetadataImage.EMPTY, image.toRecords()).nextProducerId())
                .isEqualTo(3000);
    }

    /** A snapshot keeps what a later registration is measured by, in records that a build before has, too. */
    @Test
    void theLastLifeOfABrokerThatServedIsRememberedThroughLivesThatDidNotAndThroughSnapshots() {
        MetadataImage served = replay(MetadataImage.EMPTY, broker(1), BrokerChangeRecord.unfence(1, 0));
        assertThat(served.broker(1).servedEpoch()).isZero();

        ImageBuilder batch = served.change();
        batch.replay(7, 1, broker(1)).replay(9, 1, broker(1));
        MetadataImage twice = batch.build();
        assertThat(twice.broker(1).epoch()).isEqualTo(9);
        assertThat(twice.broker(1).servedEpoch()).isZero();
        assertThat(replay(MetadataImage.EMPTY, twice.toRecords().toArray(MetadataRecord[]::new))
                        .broker(1))
                .isEqualTo(twice.broker(1));

        ImageBuilder serves = twice.change();
        serves.replay(10, 1, BrokerChangeRecord.unfence(1, 9)).replay(11, 1, BrokerChangeRecord.fence(1, 9));
        BrokerImage after = serves.build().broker(1);
        assertThat(after.servedEpoch()).isEqualTo(9);
        assertThat(after.toRecords()).hasSize(1);
    }

    @Test
    void fiveThousandTopicsOneByOneAndATopicOfFiftyThousandPartitionsAreQuick() {
        long startNanos = System.nanoTime();
        MetadataImage image = MetadataImage.EMPTY;
        for (int i = 0; i < 5_000; i++) {
            UUID id = new UUID(7, i);
            ImageBuilder batch = image.change();
            batch.replay(2L * i, 1, new TopicRecord(id, "topic-" + i)).replay(2L * i + 1, 1, partition(id, 0));
            image = batch.delta().after();
        }
        ImageBuilder batch = image.change().replay(10_000, 1, new TopicRecord(A, "large"));
        for (int i = 0; i < 50_000; i++) {
            batch.replay(10_001L + i, 1, partition(A, i));
        }
        image = batch.build();
        for (int i = 0; i < 5_000; i++) {
            image = image.replay(70_000L + i, 1, change(A, i * 10, 2, 1, 1));
        }

        assertThat(image.partitionCount()).isEqualTo(55_000);
        assertThat(image.partition(A, 49_990).leader()).isEqualTo(2);
        // Measured at well below one second; a cost per change that grows with the image would take minutes.
        assertThat(System.nanoTime() - startNanos).isLessThan(20_000_000_000L);
    }

    static MetadataImage replay(MetadataImage image, MetadataRecord... records) {
        return replay(image, List.of(records));
    }

    static MetadataImage replay(MetadataImage image, List<MetadataRecord> records) {
        ImageBuilder builder = image.change();
        long offset = image.highestOffset();
        for (MetadataRecord record : records) {
            builder.replay(++offset, 1, record);
        }
        return builder.build();
    }

    private static PartitionRecord partition(UUID topic, int number) {
        return new PartitionRecord(
                topic, number, new int[] {1, 2}, new UUID[0], ONE, NONE, NONE, 1, 0, 0, (byte) 0, NONE, NONE);
    }

    private static PartitionChangeRecord change(UUID topic, int number, int leader, int leaderEpoch, int epoch) {
        return new PartitionChangeRecord(
                topic,
                number,
                leader,
                leaderEpoch,
                epoch,
                new int[] {leader},
                null,
                null,
                PartitionChangeRecord.SAME_RECOVERY_STATE,
                null,
                null,
                null,
                null);
    }

    private static RegisterBrokerRecord broker(int id) {
        return new RegisterBrokerRecord(
                id,
                new UUID(0, id),
                RegisterBrokerRecord.EPOCH_IS_OFFSET,
                List.of(new Listener("PLAINTEXT", "localhost", 9092, "PLAINTEXT")),
                null,
                List.of(),
                true,
                false);
    }
}
