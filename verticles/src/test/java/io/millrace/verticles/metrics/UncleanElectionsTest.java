package io.millrace.verticles.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.PartitionRecord;
import io.millrace.membership.record.TopicRecord;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Thread: the test's. */
class UncleanElectionsTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final int[] NONE = {};

    private boolean decides = true;
    private final UncleanElections elections = new UncleanElections(() -> decides);
    private MetadataImage image = MetadataImage.EMPTY.replay(0, 1, new TopicRecord(TOPIC, "orders"));

    private void partition(int leader, int leaderEpoch, byte recovery, int... isr) {
        MetadataImage before = image;
        image = image.replay(
                before.highestOffset() + 1,
                1,
                new PartitionRecord(
                        TOPIC,
                        0,
                        new int[] {1, 2},
                        new UUID[0],
                        isr,
                        NONE,
                        NONE,
                        leader,
                        leaderEpoch,
                        leaderEpoch,
                        recovery,
                        NONE,
                        NONE));
        elections.accept(MetadataDelta.between(before, image));
    }

    @Test
    void aLeaderThatWasNotInSyncIsCountedOnce() {
        partition(1, 0, PartitionRecord.RECOVERED, 1);
        partition(-1, 1, PartitionRecord.RECOVERED);
        partition(2, 2, PartitionRecord.RECOVERING, 2);
        partition(2, 2, PartitionRecord.RECOVERED, 2, 1);

        assertThat(elections.count()).isEqualTo(1);
    }

    @Test
    void leadersOutOfTheIsrAreNot() {
        partition(1, 0, PartitionRecord.RECOVERED, 1, 2);
        partition(2, 1, PartitionRecord.RECOVERED, 2);

        assertThat(elections.count()).isZero();
    }

    @Test
    void whatAnotherControllerDecidesIsItsOwnToCount() {
        decides = false;
        partition(1, 0, PartitionRecord.RECOVERED, 1);
        partition(2, 1, PartitionRecord.RECOVERING, 2);

        assertThat(elections.count()).isZero();
    }
}
