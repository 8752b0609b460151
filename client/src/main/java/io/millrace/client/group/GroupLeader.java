package io.millrace.client.group;

import io.millrace.client.Assignor;
import io.millrace.client.link.Cluster;
import io.millrace.client.link.WakeUp;
import io.millrace.client.message.JoinGroup;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the leader of a group does beyond being a member: shares out the partitions, and notices when a topic has others than those.
 *
 * <p>Thread: the consumer's context.
 */
final class GroupLeader {
    /** Sooner, as long as there is a topic of which nothing is known: it may be that nobody could be asked. */
    private static final long UNKNOWN_TOPIC_MS = 1_000;
    /** Another node each time: nobody who is given nothing for want of an answer reads anything before the group has changed again. */
    private static final int ATTEMPTS = 4;

    private static final int UNKNOWN = -1;

    private final Cluster cluster;
    private final long maxAgeMs;
    private final Runnable changed;
    private final WakeUp watch;
    /** The partitions that were shared out; empty when another leads. */
    private Map<String, Integer> shared = Map.of();

    /**
     * Leads nobody yet.
     *
     * @param changed called when the topics have got other partitions
     */
    GroupLeader(Vertx vertx, Cluster cluster, long maxAgeMs, Runnable changed) {
        this.cluster = cluster;
        this.maxAgeMs = maxAgeMs;
        this.changed = changed;
        this.watch = new WakeUp(vertx, this::look);
    }

    /** The assignment of every member, if this one leads; else none. */
    Future<Map<String, ByteBuffer>> share(JoinGroup.Answer joined) {
        shared = Map.of();
        if (!joined.member().equals(joined.leader())) {
            return Future.succeededFuture(Map.of());
        }
        Assignor assignor = Assignor.of(joined.protocol());
        Map<String, Subscription> members = new LinkedHashMap<>();
        Set<String> topics = new LinkedHashSet<>();
        joined.members().forEach((id, bytes) -> {
            Subscription subscription = Subscription.read(assignor, bytes);
            members.put(id, subscription);
            topics.addAll(subscription.topics());
        });
        return ask(topics, ATTEMPTS).map(asked -> {
            shared = counts(topics);
            Map<String, ByteBuffer> assignments = new LinkedHashMap<>();
            Assignments.of(assignor, members, cluster::partitionCount)
                    .forEach((id, partitions) -> assignments.put(id, Subscription.writeAssignment(partitions)));
            return assignments;
        });
    }

    /** Done when somebody has answered, or nobody will; what is known already is good enough at once. */
    private Future<Void> ask(Set<String> topics, int attempts) {
        return cluster.refresh(topics)
                .recover(unanswered -> attempts > 1 && counts(topics).containsValue(UNKNOWN)
                        ? ask(topics, attempts - 1)
                        : Future.succeededFuture());
    }

    private Map<String, Integer> counts(Set<String> topics) {
        Map<String, Integer> counts = new HashMap<>();
        topics.forEach(topic -> counts.put(topic, cluster.partitionCount(topic)));
        return counts;
    }

    /** The group has its assignment: looks from now on whether it is still that of its topics. */
    void watch() {
        if (!shared.isEmpty()) {
            boolean allKnown = shared.values().stream().allMatch(count -> count >= 0);
            watch.within(allKnown ? maxAgeMs : Math.min(maxAgeMs, UNKNOWN_TOPIC_MS));
        }
    }

    private void look() {
        Set<String> topics = shared.keySet();
        cluster.refresh(topics).onComplete(asked -> {
            if (topics != shared.keySet()) {
                return;
            }
            if (asked.succeeded() && !counts(topics).equals(shared)) {
                changed.run();
            } else {
                watch();
            }
        });
    }

    /** The group changes, or this member leaves it. */
    void rest() {
        watch.cancel();
        shared = Map.of();
    }
}
