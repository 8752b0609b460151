package io.millrace.client.group;

import io.millrace.client.Assignor;
import io.millrace.client.ConsumerOptions;
import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.TopicPartition;
import io.millrace.client.link.Cluster;
import io.millrace.client.link.ContextTimer;
import io.millrace.client.link.WakeUp;
import io.millrace.client.message.Heartbeat;
import io.millrace.client.message.JoinGroup;
import io.millrace.client.message.SyncGroup;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * One member of a classic group: joins, keeps its place with heartbeats, and joins again when the coordinator says that the group
 * changes. An eager one gives back all that it has before that; a cooperative one (KIP-429) reads on, and gives back afterwards what
 * the new assignment has not for it, and joins once more for whoever gets that.
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

        /** @param added what it had not before */
        void assigned(Set<TopicPartition> all, Set<TopicPartition> added);

        /** The group cannot be joined. */
        void failed(LogException why);
    }

    private static final long SLACK_MS = 5_000;
    private static final String NO_MEMBER = "";
    private static final int NO_GENERATION = Subscription.NO_GENERATION;

    private final Vertx vertx;
    private final Coordinator coordinator;
    private final ConsumerOptions options;
    private final Set<String> topics;
    private final Listener listener;
    private final WakeUp heartbeat;
    private final WakeUp again;
    private final GroupLeader leader;
    private final boolean cooperative;
    private final Promise<Void> gone = Promise.promise();
    private String member = NO_MEMBER;
    private int generation = NO_GENERATION;
    private Set<TopicPartition> owned = Set.of();
    private Set<TopicPartition> last = Set.of();
    private int lastGeneration = NO_GENERATION;
    private boolean stable;
    private boolean busy;
    private boolean revoking;
    private boolean left;

    /** Joins nobody yet: see {@link #join}. */
    public Membership(Vertx vertx, Cluster cluster, ConsumerOptions options, Set<String> topics, Listener listener) {
        this.vertx = vertx;
        this.options = options;
        this.topics = new LinkedHashSet<>(topics);
        this.listener = listener;
        this.coordinator = new Coordinator(cluster, options.groupId());
        this.heartbeat = new WakeUp(vertx, this::beat);
        this.again = new WakeUp(vertx, this::join);
        this.leader = new GroupLeader(vertx, cluster, options.metadataMaxAgeMs(), this::topicsChanged);
        this.cooperative = options.assignors().stream().allMatch(Assignor::isCooperative);
    }

    /** Becomes a member, now or when the coordinator can be reached. */
    public void join() {
        if (busy || left) {
            return;
        }
        busy = true;
        stable = false;
        heartbeat.cancel();
        leader.rest();
        Map<String, ByteBuffer> offered = new LinkedHashMap<>();
        int bytes = 256;
        for (Assignor assignor : options.assignors()) {
            ByteBuffer subscription = Subscription.write(assignor, topics, owned, last, lastGeneration);
            offered.put(assignor.wireName(), subscription);
            bytes += subscription.remaining() + 32;
        }
        int rebalanceMs = options.rebalanceTimeoutMs();
        coordinator
                .ask(
                        JoinGroup.API,
                        JoinGroup.VERSION,
                        bytes,
                        rebalanceMs + SLACK_MS,
                        out -> JoinGroup.write(
                                out, options.groupId(), options.sessionTimeoutMs(), rebalanceMs, member, offered),
                        in -> {
                            JoinGroup.Answer answer = JoinGroup.read(in);
                            if (LogError.ofCode(answer.error()) == LogError.MEMBER_ID_REQUIRED) {
                                member = answer.member();
                            }
                            return answer;
                        },
                        JoinGroup.Answer::error)
                .compose(joined -> {
                    generation = joined.generation();
                    member = joined.member();
                    return leader.share(joined).compose(this::sync);
                })
                .onComplete(done -> {
                    busy = false;
                    if (left) {
                        leaveNow().onComplete(gone);
                    } else if (done.succeeded()) {
                        settled(done.result());
                    } else {
                        notJoined(LogException.of(done.cause()));
                    }
                });
    }

    private Future<SyncGroup.Answer> sync(Map<String, ByteBuffer> assignments) {
        int bytes = 256;
        for (Map.Entry<String, ByteBuffer> one : assignments.entrySet()) {
            bytes += 8 + one.getKey().length() + one.getValue().remaining();
        }
        return coordinator.ask(
                SyncGroup.API,
                SyncGroup.VERSION,
                bytes,
                options.rebalanceTimeoutMs() + SLACK_MS,
                out -> SyncGroup.write(out, options.groupId(), generation, member, assignments),
                SyncGroup::read,
                SyncGroup.Answer::error);
    }

    private void settled(SyncGroup.Answer answer) {
        Set<TopicPartition> given = new LinkedHashSet<>(Subscription.assigned(answer.assignment()));
        Set<TopicPartition> revoked = without(owned, given);
        Set<TopicPartition> added = without(given, owned);
        last = given;
        lastGeneration = generation;
        if (revoked.isEmpty()) {
            stable = true;
            owned = given;
            heartbeat.within(options.heartbeatMs());
            leader.watch();
            listener.assigned(given, added);
        } else {
            // Only a cooperative member has any: others get them when all have joined once more.
            giveBack(revoked, () -> {
                owned = given;
                listener.assigned(given, added);
                join();
            });
        }
    }

    private static Set<TopicPartition> without(Set<TopicPartition> all, Set<TopicPartition> some) {
        Set<TopicPartition> rest = new LinkedHashSet<>(all);
        rest.removeAll(some);
        return rest;
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
        lastGeneration = NO_GENERATION;
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
                    LogException why = answer.succeeded() ? null : LogException.of(answer.cause());
                    if (why == null || revoking && !isLeftOut(why)) {
                        heartbeat.within(options.heartbeatMs());
                    } else {
                        notBeating(why);
                    }
                });
    }

    /** The group has gone on without it. */
    private static boolean isLeftOut(LogException why) {
        return !why.isRetriable() && why.error() != LogError.REBALANCE_IN_PROGRESS;
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

    /** Joins again; unless it may keep what it has, it gives that back before. */
    private void rejoin() {
        if (cooperative) {
            join();
            return;
        }
        Set<TopicPartition> revoked = owned;
        owned = Set.of();
        giveBack(revoked, this::join);
    }

    private void giveBack(Set<TopicPartition> revoked, Runnable then) {
        busy = true;
        stable = false;
        revoking = true;
        listener.revoked(revoked).onComplete(finished -> {
            busy = false;
            revoking = false;
            if (left) {
                leaveNow().onComplete(gone);
            } else if (generation == NO_GENERATION) {
                // It took so long that all else is another's, too.
                join();
            } else {
                then.run();
            }
        });
        // The coordinator waits for this member meanwhile; its session must not end over it.
        if (revoking) {
            heartbeat.within(options.heartbeatMs());
        }
    }

    private void topicsChanged() {
        if (stable && !busy && !left) {
            rejoin();
        }
    }

    /** Leaves the group, so that others take over at once. */
    public Future<Void> leave() {
        left = true;
        heartbeat.cancel();
        again.cancel();
        leader.rest();
        boolean wasBusy = busy;
        Future<Void> told = leaveNow();
        if (!wasBusy) {
            return told;
        }
        // What is under way may still make it a member: then it leaves once more.
        ContextTimer timer = ContextTimer.in(vertx, options.heartbeatMs(), gone::tryComplete);
        return told.eventually(gone::future).onComplete(done -> timer.cancel());
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
