package io.millrace.verticles.metrics;

import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicDelta;
import io.millrace.membership.record.PartitionRecord;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * How often this node, as the controller, has made a replica leader that was not in sync: acknowledged records may be lost.
 *
 * <p>Thread: told of metadata on its owner's; {@link #count} from any.
 */
public final class UncleanElections implements Consumer<MetadataDelta> {
    private final BooleanSupplier decides;
    private final AtomicLong count = new AtomicLong();

    /** @param decides whether this node is the controller: what others have decided, they count */
    public UncleanElections(BooleanSupplier decides) {
        this.decides = decides;
    }

    @Override
    public void accept(MetadataDelta delta) {
        for (TopicDelta topic : delta.topics()) {
            if (topic.isChanged()) {
                for (int partition : topic.partitions()) {
                    if (isUnclean(topic.partitionBefore(partition), topic.partitionAfter(partition))
                            && decides.getAsBoolean()) {
                        count.incrementAndGet();
                    }
                }
            }
        }
    }

    private static boolean isUnclean(PartitionImage before, PartitionImage after) {
        return before != null
                && after.hasLeader()
                && after.leaderEpoch() > before.leaderEpoch()
                && after.recoveryState() == PartitionRecord.RECOVERING
                && !before.isInSync(after.leader());
    }

    /** Since the start. */
    public long count() {
        return count.get();
    }
}
