package io.millrace.verticles.door;

import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;
import io.millrace.verticles.shard.AppendGroup;
import io.millrace.verticles.shard.PartitionAppend;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.utils.Utils;

/**
 * A plain append on its way through the shard that owns its partition, as a Produce of a Kafka client.
 *
 * <p>Thread: the door's loop.
 */
final class PlainAppend implements PlainCall {
    private static final String INTERNAL_PREFIX = "__";

    private final Node node;
    private final EventLoop loop;
    private final AppendWish wish;
    private final int turn;
    private final ByteBuf batch;
    private PartitionAppend append;

    /** @param turn spreads records without a key */
    PlainAppend(Node node, EventLoop loop, AppendWish wish, int turn) {
        this.node = node;
        this.loop = loop;
        this.wish = wish;
        this.turn = turn;
        ByteBuffer built = wish.batch().buildBuffer();
        this.batch = PooledByteBufAllocator.DEFAULT
                .directBuffer(built.remaining(), built.remaining())
                .writeBytes(built);
    }

    int sizeBytes() {
        return batch.readableBytes();
    }

    @Override
    public void dropped() {
        batch.release();
    }

    @Override
    public void start(Outcome outcome) {
        MetadataImage image = node.image();
        TopicImage topic = image.topic(wish.topic());
        PartitionImage partition = topic == null ? null : topic.partition(choose(topic));
        if (partition == null || wish.topic().startsWith(INTERNAL_PREFIX)) {
            batch.release();
            outcome.failed(
                    partition == null
                            ? Leaders.unknown(topic, wish.topic(), wish.partition())
                            : DoorFailure.of(Errors.INVALID_TOPIC_EXCEPTION, wish.topic() + " is the cluster's own"));
            return;
        }
        append = new PartitionAppend(topic.id(), partition.partition(), batch);
        long nowMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        AppendGroup group = new AppendGroup(wish.acks(), nowMs + wish.timeoutMs(), loop, () -> {
            batch.release();
            settled(outcome);
        });
        group.add(append);
        node.shards().of(topic.id(), partition.partition()).submit(group);
    }

    /** As Kafka's producers: by the key, and without one any partition, here preferably one that this node leads. */
    private int choose(TopicImage topic) {
        if (wish.partition() != AppendWish.NO_PARTITION) {
            return wish.partition();
        }
        List<PartitionImage> all = topic.partitions();
        if (wish.firstKey() != null) {
            return Utils.toPositive(Utils.murmur2(wish.firstKey())) % all.size();
        }
        for (int step = 0; step < all.size(); step++) {
            PartitionImage candidate = all.get(Math.floorMod(turn + step, all.size()));
            if (candidate.leader() == node.brokerId()) {
                return candidate.partition();
            }
        }
        return Math.floorMod(turn, all.size());
    }

    private void settled(Outcome outcome) {
        if (append.error() == Errors.NONE) {
            outcome.succeeded();
        } else {
            outcome.failed(Leaders.failure(node, wish.topic(), append.partition(), append.error(), append.message()));
        }
    }

    JsonObject answer() {
        return new JsonObject()
                .put("topic", wish.topic())
                .put("partition", append.partition())
                .put("offset", append.baseOffset())
                .put("logAppendTime", append.logAppendTimeMs());
    }
}
