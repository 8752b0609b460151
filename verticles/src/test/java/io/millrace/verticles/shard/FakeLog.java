package io.millrace.verticles.shard;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.Compaction;
import io.millrace.log.EpochEnd;
import io.millrace.log.LogConfig;
import io.millrace.log.LogListener;
import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.TimestampOutcome;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.producer.ProducerStateTable;
import io.millrace.log.producer.ProducersView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** A log whose writer is the test: one record per append, written and synced when the test says so. Thread: the test's. */
final class FakeLog implements PartitionLog {
    final TopicPartitionId id = new TopicPartitionId(new UUID(1, 2), "topic", 0);
    LogListener listener = LogListener.NONE;
    LogConfig config = LogConfig.DEFAULTS;
    String offlineReason;
    long start;
    long assigned;
    long written;
    long synced;
    AppendOutcome nextOutcome;
    /** Knows nobody. */
    ProducersView producers = new ProducerStateTable(id);
    /** Of the appends after the next one that is taken. */
    final Deque<AppendOutcome> outcomesAfterNext = new ArrayDeque<>();

    private int takenSince;
    final List<Integer> epochs = new ArrayList<>();

    void write(long end) {
        int bytes = (int) (end - written) * 100;
        written = end;
        listener.onWritten(end, bytes);
    }

    void sync(long end) {
        synced = end;
        listener.onSynced(end);
    }

    void failFrom(long offset, AppendError why) {
        assigned = offset;
        listener.onAppendsFailed(offset, why);
    }

    @Override
    public AppendOutcome append(Payload batch, AppendOrigin origin, int leaderEpoch, long nowMs) {
        if (nextOutcome != null) {
            return nextOutcome;
        }
        if (!outcomesAfterNext.isEmpty() && takenSince++ > 0) {
            return outcomesAfterNext.poll();
        }
        assigned++;
        return new AppendOutcome.Appended(assigned - 1, assigned - 1, -1, start);
    }

    @Override
    public Compaction compaction() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ReadOutcome read(long offset, long limitExclusive, int maxBytes, boolean minOne) {
        return ReadOutcome.Empty.INSTANCE;
    }

    @Override
    public void startEpoch(int leaderEpoch) {
        epochs.add(leaderEpoch);
    }

    @Override
    public EpochEnd endOffsetForEpoch(int epoch) {
        return epochs.contains(epoch) ? new EpochEnd(epoch, assigned) : EpochEnd.UNKNOWN;
    }

    @Override
    public TopicPartitionId id() {
        return id;
    }

    @Override
    public LogConfig config() {
        return config;
    }

    @Override
    public void applyConfig(LogConfig changed) {
        config = changed;
    }

    @Override
    public long logStartOffset() {
        return start;
    }

    @Override
    public long assignedEnd() {
        return assigned;
    }

    @Override
    public long writtenEnd() {
        return written;
    }

    @Override
    public long syncedEnd() {
        return synced;
    }

    @Override
    public long sizeBytes() {
        return 0;
    }

    @Override
    public int segmentCount() {
        return 0;
    }

    @Override
    public int latestEpoch() {
        return epochs.isEmpty() ? -1 : epochs.get(epochs.size() - 1);
    }

    @Override
    public String offlineReason() {
        return offlineReason;
    }

    @Override
    public AppendOutcome appendReplicated(Payload batches, long nowMs, boolean gapsMayCome) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long highWatermark() {
        return 0;
    }

    @Override
    public void noteHighWatermark(long offset) {}

    @Override
    public int epochAt(long offset) {
        return latestEpoch();
    }

    @Override
    public long lastStableOffset(long highWatermark) {
        return highWatermark;
    }

    @Override
    public List<AbortedTransaction> abortedIn(long from, long to) {
        return List.of();
    }

    @Override
    public void findByTimestamp(long timestampMs, long limitExclusive, Consumer<TimestampOutcome> found) {
        found.accept(TimestampOutcome.NotFound.INSTANCE);
    }

    @Override
    public void findMaxTimestamp(long limitExclusive, Consumer<TimestampOutcome> found) {
        found.accept(TimestampOutcome.NotFound.INSTANCE);
    }

    @Override
    public void advanceLogStart(long newStart) {
        start = newStart;
    }

    @Override
    public void truncateTo(long endExclusive, Runnable done) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void truncateFullyAndStartAt(long offset, Runnable done) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void maintain(long nowMs, long highWatermark) {}

    @Override
    public ProducersView producers() {
        return producers;
    }

    @Override
    public void setListener(LogListener newListener) {
        listener = newListener;
    }

    @Override
    public void wentOffline(String why) {
        offlineReason = why;
        listener.onOffline(why);
    }

    @Override
    public void delete(Runnable done) {
        done.run();
    }

    @Override
    public void close(Runnable done) {
        done.run();
    }
}
