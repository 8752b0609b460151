package io.millrace.membership.quorum;

import io.millrace.membership.quorum.QuorumMessage.FetchOutcome;
import io.millrace.membership.quorum.QuorumMessage.FetchResponse;
import io.millrace.membership.quorum.QuorumMessage.SnapshotRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Notes what a machine wants done, in order, and does nothing.
 *
 * <p>Thread: the test's.
 */
final class RecordedEffects implements QuorumEffects {
    record Sent(int to, QuorumMessage message) {}

    record Persisted(ElectionState election) {}

    final List<Object> all = new ArrayList<>();
    final List<QuorumBatch> appended = new ArrayList<>();
    long committed;
    long truncatedTo = -1;
    LogPosition trimmedTo;
    String halted;
    long caughtUp = -1;
    int active = -1;

    @Override
    public void persist(ElectionState election) {
        all.add(new Persisted(election));
    }

    @Override
    public void send(int to, QuorumMessage message) {
        all.add(new Sent(to, message));
    }

    @Override
    public void append(QuorumBatch batch) {
        all.add(batch);
        appended.add(batch);
    }

    @Override
    public void truncateTo(long endOffset) {
        truncatedTo = endOffset;
    }

    @Override
    public void answerFetch(int to, FetchResponse withoutBatches, long limit) {
        List<QuorumBatch> batches = appended.stream()
                .filter(b -> b.baseOffset() >= withoutBatches.asked().endOffset() && b.endOffset() <= limit)
                .toList();
        send(
                to,
                new FetchResponse(
                        withoutBatches.epoch(),
                        withoutBatches.leaderId(),
                        withoutBatches.asked(),
                        withoutBatches.highWatermark(),
                        new FetchOutcome.Batches(batches)));
    }

    @Override
    public void answerSnapshot(int to, SnapshotRequest request) {
        all.add(request);
    }

    @Override
    public void storeSnapshotPart(LogPosition snapshot, long position, byte[] bytes, boolean last) {
        all.add("part " + snapshot + " " + position + (last ? " last" : ""));
    }

    @Override
    public void trimTo(LogPosition base) {
        trimmedTo = base;
    }

    @Override
    public void committed(long highWatermark) {
        committed = highWatermark;
    }

    @Override
    public void caughtUp(long highWatermark) {
        caughtUp = highWatermark;
    }

    @Override
    public void leadershipGained(int epoch, long activeFrom) {
        active = epoch;
    }

    @Override
    public void leadershipLost(int epoch) {
        active = -1;
    }

    @Override
    public void leaderChanged(int epoch, OptionalInt leaderId) {}

    @Override
    public void halt(String why) {
        halted = why;
    }

    /** The messages of one kind, oldest first. */
    <M extends QuorumMessage> List<M> sent(Class<M> kind) {
        return all.stream()
                .filter(Sent.class::isInstance)
                .map(e -> ((Sent) e).message())
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    <M extends QuorumMessage> M lastSent(Class<M> kind) {
        List<M> found = sent(kind);
        return found.isEmpty() ? null : found.get(found.size() - 1);
    }

    /** Where in the order of effects the last vote, and the last promise, stand. */
    int lastIndexOf(Class<?> kind) {
        for (int i = all.size() - 1; i >= 0; i--) {
            Object effect = all.get(i) instanceof Sent sent ? sent.message() : all.get(i);
            if (kind.isInstance(effect)) {
                return i;
            }
        }
        return -1;
    }
}
