package io.millrace.log.replication;

import io.millrace.log.replication.ReplicaAnswer.Part;
import io.millrace.log.replication.ReplicaFetch.Ask;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that one shard follows at one shard of one leader node. One fetch is under way at a time; while the leader sits on
 * it, news are told in messages of their own. A partition about which nothing is new costs nothing.
 *
 * <p>After an answer the next fetch waits until what came is in the file, so that it can vouch for it, but not longer than
 * {@link #HOLD_MS}: a slow disk must not hold up the partitions of another one. What a sync makes durable is told when it is.
 *
 * <p>Thread: the owner of the machine.
 */
final class FollowerSession {
    static final long HOLD_MS = 20;
    /** Beyond the leader's patience; then the session is taken for lost. */
    static final long LOST_AFTER_MS = 1_500;
    /** The leader of an idle session is asked less and less often, down to this many times the setting. */
    private static final int MOST_PATIENCE = 8;

    private static final long FIRST_BACKOFF_MS = 20;
    private static final int NOT_SENT = -1;

    private final FollowerMachine machine;
    final int leaderId;
    final int leaderShard;
    private final Map<Integer, FollowedPartition> partitions = new HashMap<>();
    private final Deque<FollowedPartition> news = new ArrayDeque<>();
    private final Set<FollowedPartition> delayed = new LinkedHashSet<>();
    private List<Integer> dropped = new ArrayList<>();
    private int nextHandle;
    private long id;
    /** With which this session asks; the node's may be a later one by now. */
    private long brokerEpoch;

    private int sequence;
    /** The sequence of the fetch that the leader sits on. */
    private int awaited = NOT_SENT;

    private long lostAtMs;
    private long holdUntilMs;
    private int unwritten;
    private long notBeforeMs;
    private long backoffMs;
    private int patience = 1;
    private boolean ended;

    FollowerSession(FollowerMachine machine, int leaderId, int leaderShard) {
        this.machine = machine;
        this.leaderId = leaderId;
        this.leaderShard = leaderShard;
    }

    void add(FollowedPartition partition) {
        partition.attach(this, nextHandle++);
        partitions.put(partition.handle, partition);
        if (partition.unwritten) {
            unwritten++;
        }
        hasNews(partition);
    }

    void remove(FollowedPartition partition) {
        partitions.remove(partition.handle);
        dropped.add(partition.handle);
        delayed.remove(partition);
        news.remove(partition);
        if (partition.unwritten) {
            unwritten--;
        }
        partition.detach();
        machine.changed(this);
    }

    boolean isEmpty() {
        return partitions.isEmpty();
    }

    Iterable<FollowedPartition> partitions() {
        return partitions.values();
    }

    void hasNews(FollowedPartition partition) {
        if (!partition.dirty) {
            partition.dirty = true;
            news.add(partition);
            machine.changed(this);
        }
    }

    void isDelayed(FollowedPartition partition) {
        delayed.add(partition);
        machine.changed(this);
    }

    void awaitsWrite(FollowedPartition partition) {
        if (!partition.unwritten) {
            partition.unwritten = true;
            unwritten++;
        }
    }

    /** Its log moved: whatever was on its way to the file has arrived or was taken back. */
    void settled(FollowedPartition partition) {
        if (partition.unwritten) {
            partition.unwritten = false;
            unwritten--;
            machine.changed(this);
        }
        hasNews(partition);
    }

    /** Tells the leader what it does not know, and asks it again when it is time. */
    void flush(long nowMs) {
        if (ended) {
            return;
        }
        if (partitions.isEmpty()) {
            end();
            return;
        }
        if (brokerEpoch != machine.brokerEpoch()) {
            reset();
        }
        if (brokerEpoch < 0 || nowMs < notBeforeMs) {
            return;
        }
        lookAtDelayed(nowMs);
        if (awaited == NOT_SENT) {
            if (unwritten > 0 && nowMs < holdUntilMs) {
                return;
            }
            send(true, nowMs);
        }
        // An opening fetch of very many partitions, or news while the leader sits on the last one.
        while (!news.isEmpty() || !dropped.isEmpty()) {
            if (!send(false, nowMs)) {
                break;
            }
        }
    }

    private void lookAtDelayed(long nowMs) {
        if (delayed.isEmpty()) {
            return;
        }
        for (FollowedPartition partition : List.copyOf(delayed)) {
            if (partition.dueMs(nowMs) <= nowMs || partition.dueMs(nowMs) == Long.MAX_VALUE) {
                delayed.remove(partition);
                hasNews(partition);
            }
        }
    }

    /** Without partitions: the leader may forget the session. */
    private void end() {
        ended = true;
        if (sequence > 0) {
            send(false, 0);
        }
        machine.ended(this);
    }

    private boolean send(boolean wantsAnswer, long nowMs) {
        List<Ask> asks = new ArrayList<>(Math.min(news.size(), ReplicaFetch.MAX_ASKS));
        while (!news.isEmpty() && asks.size() < ReplicaFetch.MAX_ASKS) {
            FollowedPartition partition = news.poll();
            partition.dirty = false;
            Ask ask = partition.news(nowMs);
            if (ask != null) {
                asks.add(ask);
            }
            if (partition.dueMs(nowMs) != Long.MAX_VALUE) {
                delayed.add(partition);
            }
        }
        int[] gone = takeDropped();
        if (!wantsAnswer && asks.isEmpty() && gone.length == 0 && !ended) {
            return false;
        }
        int waitMs = machine.settings().waitMaxMs() * patience;
        if (wantsAnswer) {
            awaited = sequence;
            lostAtMs = nowMs + waitMs + LOST_AFTER_MS;
        }
        machine.send(
                leaderId,
                new ReplicaFetch(
                        machine.brokerId(),
                        brokerEpoch,
                        machine.shard(),
                        leaderShard,
                        machine.leaderShards(leaderId),
                        id,
                        sequence++,
                        wantsAnswer,
                        waitMs,
                        machine.settings().answerMaxBytes(),
                        asks,
                        gone));
        return true;
    }

    private int[] takeDropped() {
        int count = Math.min(dropped.size(), ReplicaFetch.MAX_ASKS);
        int[] gone = new int[count];
        for (int i = 0; i < count; i++) {
            gone[i] = dropped.get(i);
        }
        dropped = count == dropped.size() ? new ArrayList<>() : new ArrayList<>(dropped.subList(count, dropped.size()));
        return gone;
    }

    /** Whether the answer is the one that is awaited; anything else comes late or twice. */
    boolean awaits(ReplicaAnswer answer) {
        boolean refusal = answer.status() != ReplicaAnswer.Status.OK;
        return !ended
                && answer.session() == id
                && (refusal ? answer.sequence() < sequence : answer.sequence() == awaited);
    }

    void answered(ReplicaAnswer answer, long nowMs) {
        if (answer.status() == ReplicaAnswer.Status.NO_SESSION) {
            // At once: the leader was restarted, or a message was lost. Twice in a row is no accident any more.
            startAgainLater(nowMs, backoffMs > 0);
            return;
        }
        awaited = NOT_SENT;
        notBeforeMs = 0;
        backoffMs = 0;
        holdUntilMs = nowMs + HOLD_MS;
        boolean any = false;
        for (Part part : answer.parts()) {
            FollowedPartition partition = partitions.get(part.handle());
            if (partition != null) {
                any |= partition.take(part, nowMs);
            }
        }
        patience = any ? 1 : Math.min(MOST_PATIENCE, patience * 2);
        machine.changed(this);
    }

    /** The message did not even leave. */
    void sendFailed(long session, long nowMs) {
        if (session == id && !ended) {
            startAgainLater(nowMs, true);
        }
    }

    private void startAgainLater(long nowMs, boolean pause) {
        backoffMs = Math.min(
                Math.max(FIRST_BACKOFF_MS, backoffMs * 2), machine.settings().backoffMs());
        notBeforeMs = pause ? nowMs + backoffMs : nowMs;
        reset();
        machine.changed(this);
    }

    /** A new session: the leader is told everything anew. */
    private void reset() {
        id = machine.nextSession();
        brokerEpoch = machine.brokerEpoch();
        sequence = 0;
        awaited = NOT_SENT;
        patience = 1;
        dropped = new ArrayList<>();
        for (FollowedPartition partition : partitions.values()) {
            partition.forget();
            hasNews(partition);
        }
    }

    void tick(long nowMs) {
        if (awaited != NOT_SENT && nowMs >= lostAtMs) {
            startAgainLater(nowMs, true);
        }
    }

    /** When it has to be looked at although nothing happens, on a registered node; not after now when it is overdue. */
    long dueMs(long nowMs) {
        if (awaited == NOT_SENT) {
            return Math.max(notBeforeMs, unwritten > 0 ? holdUntilMs : 0);
        }
        long due = lostAtMs;
        for (FollowedPartition partition : delayed) {
            long partitionDue = partition.dueMs(nowMs);
            due = Math.min(due, partitionDue == Long.MAX_VALUE ? nowMs : partitionDue);
        }
        return due;
    }

    @Override
    public String toString() {
        return "session " + id + " with " + leaderId + "/" + leaderShard + " at " + sequence + " awaits " + awaited
                + " unwritten " + unwritten + " " + partitions.values();
    }
}
