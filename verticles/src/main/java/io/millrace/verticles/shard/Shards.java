package io.millrace.verticles.shard;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * All shards of the node, and which of them owns which partition.
 *
 * <p>The partitions of a topic are spread evenly: neighbours go to different shards.
 *
 * <p>Thread: any.
 */
public final class Shards {
    private final List<Shard> shards;
    private volatile boolean cutOff;

    /** The shards in the order of their indexes. */
    public Shards(List<Shard> shards) {
        this.shards = List.copyOf(shards);
    }

    /** The owner of a partition, whether or not a replica of it is here. */
    public Shard of(UUID topicId, int partition) {
        return shards.get(indexOf(topicId, partition, shards.size()));
    }

    static int indexOf(UUID topicId, int partition, int count) {
        long mixed = (topicId.getMostSignificantBits() ^ topicId.getLeastSignificantBits()) * 0x9E3779B97F4A7C15L;
        return Math.floorMod((int) (mixed >>> 32) + partition, count);
    }

    public List<Shard> all() {
        return shards;
    }

    /** No controller is heard, or one is again: {@link Shard#cutOff}. */
    public void cutOff(boolean now) {
        cutOff = now;
        shards.forEach(shard -> shard.execute(() -> shard.cutOff(now)));
    }

    /** {@link Shard#leadsUntil}, told behind what the shards are to know of the metadata. */
    public void leadsUntil(long untilMs) {
        shards.forEach(shard -> shard.execute(() -> shard.leadsUntil(untilMs)));
    }

    /** Whether no controller is heard. */
    public boolean isCutOff() {
        return cutOff;
    }

    /**
     * Asks one replica for something, on its shard's loop.
     *
     * @param question gets the replica, or null when there is none here, and completes the promise at once or later
     * @return the answer, completed on the shard's loop; fails when the question threw, also for want of memory
     */
    public <T> Future<T> ask(UUID topicId, int partition, BiConsumer<Replica, Promise<T>> question) {
        Shard shard = of(topicId, partition);
        Promise<T> answer = Promise.promise();
        shard.run(() -> {
            try {
                question.accept(shard.replica(topicId, partition), answer);
            } catch (RuntimeException | VirtualMachineError bug) {
                answer.tryFail(bug);
            }
        });
        return answer.future();
    }

    /** When every replica that was on disk is open. */
    public Future<Void> loaded() {
        List<Future<Void>> loaded = new ArrayList<>();
        for (Shard shard : shards) {
            Promise<Void> promise = Promise.promise();
            shard.execute(() -> shard.roles().whenLoaded(promise::complete));
            loaded.add(promise.future());
        }
        return Future.all(loaded).mapEmpty();
    }
}
