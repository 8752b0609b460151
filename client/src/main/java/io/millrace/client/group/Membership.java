package io.millrace.client.group;

import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.TopicPartition;
import io.millrace.client.link.Cluster;
import io.millrace.client.link.WakeUp;
import io.millrace.client.message.Heartbeat;
import io.millrace.client.message.JoinGroup;
import io.millrace.client.message.SyncGroup;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One member of a classic group: joins, shares out the partitions when it leads, keeps its place with heartbeats, and joins
 * again when the coordinator says that the group changes. Eager: before it joins again it gives back all that it has.
 *
 * <p>Thread: the consumer's context.
 */
public final class Membership {
    /** What the consumer does about it. */
    public interface Listener {
        /** Reading must stop; done when what belongs to it is finished (bounded by the rebalance timeout). */
        Future<Void> revoked(Set<TopicPartition> partitions);

        /** Others may be reading already: there is nothing to finish any more. */
        void lost(Set<TopicPartition> partitions);

        void assigned(Set<TopicPartition> partitions);

        /** The group cannot be joined. */
        void failed(LogException why);
    }

    private static final long SLACK_MS = 5_000;
    private static final String NO_MEMBER = "";
    private static final int NO_GENERATION = -1;

    private final Cluster cluster;
    private final Coordinator coordinator;
    private final ConsumerOptions options;
    private final Set<String> topics;
    private final Listener listener;
    private final WakeUp heartbeat;
    private final WakeUp again;
    private final WakeUp watch;
    private String member = NO_MEMBER;
    private int generation = NO_GENERATION;
    private Set<TopicPartition> owned = Set.of();
    private Map<String, Integer> countsAtAssignment = Map.of();
    private boolean stable;
    private boolean busy;
    private boolean revoking;
    private boolean left;

    /** Joins nobody yet: see {@link #join}. */
    public Membership(Vertx vertx, Cluster cluster, ConsumerOptions options, Set<String> topics, Listener listener) {
        this.cluster = cluster;
        this.options = options;
        this.topics = new LinkedHashSet<>(topics);
        this.listener = listener;
        this.coordinator = new Coordinator(cluster, options.groupId());
        this.heartbeat = new WakeUp(vertx, this::beat);
        this.again = new WakeUp(vertx, this::join);
        this.watch = new WakeUp(vertx, this::lookAtTopics);
    }

    /** Becomes a member, now or when the coordinator can be reached. */
    public void join() {
        if (busy || left) {
            return;
        }
        busy = true;
        stable = false;
        heartbeat.cancel();
        watch.cancel();
        ByteBuffer subscription = Subscription.write(topics, owned);
        int rebalanceMs = options.rebalanceTimeoutMs();
        coordinator
                .ask(
                        JoinGroup.API,
                        JoinGroup.VERSION,
                        subscription.remaining() + 256,
                        rebalanceMs + SLACK_MS,
                        out -> JoinGroup.write(
                                out,
                                options.groupId(),
                                options.sessionTimeoutMs(),
                                rebalanceMs,
                                member,
                                RangeAssignor.NAME,
                                subscription),
                        in -> {
                            JoinGroup.Answer answer = JoinGroup.read(in);
                            if (LogError.ofCode(answer.error()) == LogError.MEMBER_ID_REQUIRED) {
                                member = answer.member();
                            }
                            return answer;
                        },
                        JoinGroup.Answer::error)
                .compose(this::sync)
                .onComplete(done -> {
                    busy = false;
                    if (left) {
                        leaveNow();
                    } else if (done.succeeded()) {
                        settled(done.result());
                    } else {
                        notJoined(LogException.of(done.cause()));
                    }
                });
    }

    private Future<SyncGroup.Answer> sync(JoinGroup.Answer joined) {
        generation = joined.generation();
        member = joined.member();
        if (!joined.member().equals(joined.leader())) {
            return sync(Map.of());
        }
        Map<String, List<String>> subscriptions = new LinkedHashMap<>();
        Set<String> all = new LinkedHashSet<>();
        joined.members().forEach((id, subscription) -> {
            List<String> wanted = Subscription.topics(subscription);
            subscriptions.put(id, wanted);
            all.addAll(wanted);
        });
        return cluster.refresh(all).recover(unknown -> Future.succeededFuture()).compose(asked -> {
            Map<String, ByteBuffer> assignments = new LinkedHashMap<>();
            countsAtAssignment = counts(all);
            RangeAssignor.assign(subscriptions, cluster::partitionCount)
                    .forEach((id, partitions) -> assignments.put(id, Subscription.writeAssignment(partitions)));
            return sync(assignments);
        });
    }

    private Map<String, Integer> counts(Set<String> of) {
        Map<String, Integer> counts = new HashMap<>();
        of.forEach(topic -> counts.put(topic, cluster.partitionCount(topic)));
        return counts;
    }

    private Future<SyncGroup.Answer> sync(Map<String, ByteBuffer> assignments) {
        if (assignments.isEmpty()) {
            countsAtAssignment = Map.of();
        }
        int bytes =
                assignments.values().stream().mapToInt(ByteBuffer::remaining).sum();
        return coordinator.ask(
                SyncGroup.API,
                SyncGroup.VERSION,
                bytes + 256 + 64 * assignments.size(),
                options.rebalanceTimeoutMs() + SLACK_MS,
                out -> SyncGroup.write(out, options.groupId(), generation, member, assignments),
                SyncGroup::read,
                SyncGroup.Answer::error);
    }

    private void settled(SyncGroup.Answer answer) {
        Set<TopicPartition> partitions = new LinkedHashSet<>(Subscription.assigned(answer.assignment()));
        stable = true;
        owned = partitions;
        heartbeat.within(options.heartbeatMs());
        if (!countsAtAssignment.isEmpty()) {
            watch.within(options.metadataMaxAgeMs());
        }
        listener.assigned(partitions);
    }

    private void notJoined(LogException why) {
        LogError error = why.error();
        if (error == LogError.UNKNOWN_MEMBER_ID || error == LogError.ILLEGAL_GENERATION) {
            lose();
            again.within(1);
        } else if (error == LogError.MEMBER_ID_REQUIRED || error == LogError.REBALANCE_IN_PROGRESS) {
            again.within(1);
        } else if (why.isRetriable()) {
            again.within(options.retryBackoffMs());
        } else {
            lose();
            listener.failed(why);
        }
    }

    private void lose() {
        member = NO_MEMBER;
        generation = NO_GENERATION;
        stable = false;
        if (!owned.isEmpty()) {
            Set<TopicPartition> lost = owned;
            owned = Set.of();
            listener.lost(lost);
        }
    }

    private void beat() {
        if (left || !stable && !revoking) {
            return;
        }
        int of = generation;
        coordinator
                .ask(
                        Heartbeat.API,
                        Heartbeat.VERSION,
                        256,
                        options.heartbeatMs(),
                        out -> Heartbeat.write(out, options.groupId(), generation, member),
                        Heartbeat::read,
                        Short::intValue)
                .onComplete(answer -> {
                    if (left || of != generation || !stable && !revoking) {
                        return;
                    }
                    if (answer.succeeded() || revoking) {
                        heartbeat.within(options.heartbeatMs());
                    } else {
                        notBeating(LogException.of(answer.cause()));
                    }
                });
    }

    private void notBeating(LogException why) {
        if (why.error() == LogError.REBALANCE_IN_PROGRESS) {
            rejoin();
        } else if (why.isRetriable()) {
            heartbeat.within(options.retryBackoffMs());
        } else {
            lose();
            join();
        }
    }

    /** Gives back what it has, then joins again. */
    private void rejoin() {
        busy = true;
        stable = false;
        revoking = true;
        Set<TopicPartition> revoked = owned;
        owned = Set.of();
        listener.revoked(revoked).onComplete(finished -> {
            busy = false;
            revoking = false;
            if (left) {
                leaveNow();
            } else {
                join();
            }
        });
        // The coordinator waits for this member meanwhile; its session must not end over it.
        if (revoking) {
            heartbeat.within(options.heartbeatMs());
        }
    }

    /** The one who shares out must notice when a topic has got more partitions. */
    private void lookAtTopics() {
        if (!stable || busy || left) {
            return;
        }
        Set<String> all = countsAtAssignment.keySet();
        cluster.refresh(all).onComplete(asked -> {
            if (!stable || busy || left) {
                return;
            }
            if (asked.succeeded() && !counts(all).equals(countsAtAssignment)) {
                rejoin();
            } else {
                watch.within(options.metadataMaxAgeMs());
            }
        });
    }

    /** Leaves the group, so that others take over at once. */
    public Future<Void> leave() {
        left = true;
        heartbeat.cancel();
        again.cancel();
        watch.cancel();
        return busy ? Future.succeededFuture() : leaveNow();
    }

    private Future<Void> leaveNow() {
        if (member.isEmpty()) {
            return Future.succeededFuture();
        }
        String leaving = member;
        member = NO_MEMBER;
        return coordinator
                .ask(
                        Heartbeat.LEAVE_API,
                        Heartbeat.LEAVE_VERSION,
                        256,
                        options.heartbeatMs(),
                        out -> Heartbeat.writeLeave(out, options.groupId(), leaving),
                        Heartbeat::read,
                        Short::intValue)
                .<Void>mapEmpty()
                .otherwiseEmpty();
    }

    /** The coordinator, for offsets. */
    Coordinator coordinator() {
        return coordinator;
    }

    int generation() {
        return generation;
    }

    String member() {
        return member;
    }
}
