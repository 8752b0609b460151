package io.millrace.verticles.shard;

import io.millrace.log.replica.ReplicaRole;
import io.millrace.protocol.Errors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Appends of clients that know more than this shard: a node that is ahead in the metadata has told them that this one leads.
 * They wait for the next steps of the metadata, a moment at most. A refusal would name the leader before, which the client
 * knows to be wrong, so that it would wait out its whole backoff (KIP-951 spares it that only for a newer epoch), and meanwhile
 * nothing of the partition would be acknowledged.
 *
 * <p>How many may wait is bounded by the requests of all connections. What comes for a partition of which something waits waits
 * behind it: the sequence of an idempotent producer stays in order.
 *
 * <p>Thread: the shard's loop.
 */
final class EarlyAppends {
    /** The backoff of stock clients: whoever is told then that this is not the leader has lost nothing that it would not have. */
    static final long HOLD_MS = 100;

    /** @param role of the replica when the append came; null when there was none */
    private record Early(PartitionAppend append, ReplicaRole role, long untilMs) {}

    private record PartitionKey(UUID topicId, int partition) {
        static PartitionKey of(PartitionAppend append) {
            return new PartitionKey(append.topicId(), append.partition());
        }
    }

    private final Shard shard;
    private final List<Early> waiting = new ArrayList<>();
    /** How many wait of each partition: every append asks while any does. */
    private final Map<PartitionKey, Integer> held = new HashMap<>();

    private boolean timed;

    EarlyAppends(Shard shard) {
        this.shard = shard;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Whether something of this partition waits. */
    boolean holdsOf(UUID topicId, int partition) {
        return held.containsKey(new PartitionKey(topicId, partition));
    }

    void hold(PartitionAppend append) {
        Replica replica = replicaOf(append);
        append.group().hold();
        waiting.add(new Early(append, replica == null ? null : replica.machine().role(), nowMs() + HOLD_MS));
        held.merge(PartitionKey.of(append), 1, Integer::sum);
        watch();
    }

    private Replica replicaOf(PartitionAppend append) {
        return shard.replica(append.topicId(), append.partition());
    }

    private long nowMs() {
        return shard.context().ticker().getAsLong();
    }

    private void watch() {
        if (!timed && !waiting.isEmpty()) {
            timed = true;
            long delayMs = Math.max(1, waiting.get(0).untilMs() - nowMs());
            shard.loop().schedule(this::expire, delayMs, TimeUnit.MILLISECONDS);
        }
    }

    private void expire() {
        timed = false;
        look();
        watch();
    }

    /** The metadata has gone a step further, or time has passed. */
    void look() {
        // What is settled stays in the list until it is: its answer may let the next
        // request in, which has to wait behind.
        for (int i = 0; i < waiting.size(); ) {
            Early early = waiting.get(i);
            Replica replica = replicaOf(early.append());
            if (replica != null && replica.leadsForClients()) {
                replica.append(early.append(), shard.context().clock().getAsLong());
                settled(i);
            } else if (early.untilMs() <= nowMs() || !isOpen(early, replica)) {
                shard.refuse(early.append(), Errors.NOT_LEADER_OR_FOLLOWER);
                settled(i);
            } else {
                i++;
            }
        }
    }

    /** Whether the metadata may yet make this node the leader that the client takes it for. */
    private boolean isOpen(Early early, Replica replica) {
        if (replica == null) {
            return shard.roles()
                    .isBehind(early.append().topicId(), early.append().partition());
        }
        boolean named = replica.machine().role() instanceof ReplicaRole.Follower follower && follower != early.role();
        return !named && replica.mayLeadSoon();
    }

    private void settled(int at) {
        PartitionAppend append = waiting.get(at).append();
        append.group().settle();
        waiting.remove(at);
        held.computeIfPresent(PartitionKey.of(append), (key, count) -> count == 1 ? null : count - 1);
    }

    /** The shard is closed. */
    void failAll() {
        while (!waiting.isEmpty()) {
            waiting.get(0).append().fail(Errors.NOT_LEADER_OR_FOLLOWER, null);
            settled(0);
        }
    }
}
