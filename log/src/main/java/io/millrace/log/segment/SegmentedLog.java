package io.millrace.log.segment;

import io.millrace.log.AbortedTransaction;
import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.Compaction;
import io.millrace.log.EpochEnd;
import io.millrace.log.LogConfig;
import io.millrace.log.LogListener;
import io.millrace.log.Owner;
import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.TailBudget;
import io.millrace.log.TimestampOutcome;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.io.AppendTask;
import io.millrace.log.io.WriteLane;
import io.millrace.log.io.WriterTask;
import io.millrace.log.producer.AbortedTransactions;
import io.millrace.log.producer.ProducerStateTable;
import io.millrace.log.producer.ProducersView;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * The log of one replica: its state, and who does what with it. {@link LogAppender} takes batches in and hears what became
 * of them, {@link LogCuts} truncates, {@link LogMaintenance} applies retention, {@link LogCheckpointing} moves the recovery
 * point, {@link LogEnding} closes and deletes.
 *
 * <p>{@code logStart <= synced <= written <= assigned}, except that synced may lie below the log start after DeleteRecords.
 *
 * <p>Thread: the owner's, except {@link #prepareFolder}.
 */
public final class SegmentedLog implements PartitionLog, WriteLane.Client {
    final LogServices services;
    final TopicPartitionId id;
    final Owner owner;
    final PartitionFolder folder;
    final Segments segments = new Segments();
    final EpochHistory epochs;
    private final TailBudget budget;
    private final LogAppender appender = new LogAppender(this);
    private final LogCheckpointing checkpointing = new LogCheckpointing(this);

    LogConfig config;
    LogListener listener = LogListener.NONE;
    ProducerStateTable producers;
    /** Null for none. */
    AbortedTransactions aborted;

    /** Made with the first use: an idle replica has none. */
    private WriteLane lane;

    TailCache tail;
    private LogMaintenance maintenance;
    final LogCompaction compaction;

    boolean folderExists;
    /** The last segment as it was found; null once the lane knows of it. */
    private SegmentTarget foundActive;

    long logStart;
    long assigned;
    long written;
    long synced;
    /** The last that the owner was told of; kept with the recovery point. */
    long highWatermark;
    /** A truncation or its aftermath is under way: no appends. */
    boolean busy;
    /** Closed or deleted. */
    boolean ended;
    /** Changed by the owner, read by all: what was planned for files of an earlier content must not be done any more. */
    volatile int timesEmptied;

    private String offlineReason;

    public SegmentedLog(
            LogServices services,
            TopicPartitionId id,
            LogConfig config,
            Owner owner,
            TailBudget budget,
            LogContent content) {
        this.services = services;
        this.id = id;
        this.config = config;
        this.owner = owner;
        this.budget = budget;
        this.folder = content.folder;
        this.folderExists = content.folderExists;
        this.epochs = content.epochs;
        this.producers = content.producers;
        this.aborted = content.aborted;
        content.segments.forEach(segments::add);
        this.compaction = new LogCompaction(this, content.firstDirty, content.gaps);
        this.foundActive = segments.isEmpty() ? null : segments.active().target;
        this.logStart = content.logStart;
        this.assigned = content.end;
        this.written = content.end;
        this.synced = content.syncedEnd;
        this.highWatermark = content.highWatermark;
    }

    /** Called once, when the log is handed to its owner: what recovery found beyond the checkpoint gets synced. */
    public void begin(LogContent content) {
        if (content.unsyncedBytes > 0) checkpointing.syncFound(content.unsyncedBytes);
    }

    /** Thread: any. */
    public Owner owner() {
        return owner;
    }

    /**
     * The folder was lost with the power: what the checkpoint says of it must be gone before the first append.
     */
    public void forgetCheckpoint() {
        submit(checkpointing.forgetting());
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
    public void applyConfig(LogConfig newConfig) {
        config = newConfig;
        if (lane != null) lane.syncsAfterWrite(newConfig.syncsBeforeAck());
        // What is on its way to the file may pass the writer before it sees the new mode.
        if (newConfig.syncsBeforeAck() && synced < assigned) checkpointing.requestSync();
    }

    @Override
    public long logStartOffset() {
        return logStart;
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
        return segments.sizeBytes();
    }

    @Override
    public int segmentCount() {
        return segments.count();
    }

    @Override
    public int latestEpoch() {
        return epochs.latestEpoch();
    }

    @Override
    public String offlineReason() {
        return offlineReason;
    }

    @Override
    public AppendOutcome append(Payload batch, AppendOrigin origin, int leaderEpoch, long nowMs) {
        return appender.append(batch, origin, leaderEpoch, nowMs);
    }

    @Override
    public AppendOutcome appendReplicated(Payload batches, long nowMs, boolean gapsMayCome) {
        return appender.appendReplicated(batches, nowMs, gapsMayCome);
    }

    @Override
    public long highWatermark() {
        return highWatermark;
    }

    @Override
    public void noteHighWatermark(long offset) {
        highWatermark = offset;
    }

    @Override
    public void startEpoch(int leaderEpoch) {
        epochs.assign(leaderEpoch, assigned);
    }

    @Override
    public EpochEnd endOffsetForEpoch(int epoch) {
        return epochs.endOffsetFor(epoch, written);
    }

    @Override
    public int epochAt(long offset) {
        return epochs.epochAt(offset);
    }

    @Override
    public ReadOutcome read(long offset, long limitExclusive, int maxBytes, boolean minOne) {
        return SegmentRead.plan(this, offset, limitExclusive, maxBytes, minOne);
    }

    @Override
    public long lastStableOffset(long highWatermark) {
        return producers.lastStableOffset(highWatermark);
    }

    @Override
    public List<AbortedTransaction> abortedIn(long from, long to) {
        return aborted == null ? List.of() : aborted.in(from, to);
    }

    @Override
    public void findByTimestamp(long timestampMs, long limitExclusive, Consumer<TimestampOutcome> found) {
        TimestampSearch.start(this, timestampMs, limitExclusive, found);
    }

    @Override
    public void findMaxTimestamp(long limitExclusive, Consumer<TimestampOutcome> found) {
        TimestampSearch.startMax(this, limitExclusive, found);
    }

    @Override
    public void advanceLogStart(long newStart) {
        long start = Math.min(newStart, written);
        if (start <= logStart) return;
        startAt(start);
        checkpointing.commitLogStart(null);
    }

    /** Nothing of the files so far belongs to the log any more. */
    void emptied() {
        timesEmptied = timesEmptied + 1;
    }

    /** The part of the history below the new start is forgotten. */
    void startAt(long start) {
        logStart = start;
        epochs.truncateFromStart(start);
        producers.advanceLogStart(start);
        if (aborted != null) aborted.dropBelow(start);
    }

    @Override
    public void truncateTo(long endExclusive, Runnable done) {
        new LogCuts(this).truncateTo(endExclusive, done);
    }

    @Override
    public void truncateFullyAndStartAt(long offset, Runnable done) {
        new LogCuts(this).startAnewAt(offset, done);
    }

    @Override
    public void maintain(long nowMs, long highWatermark) {
        if (ended || busy || offlineReason != null) return;
        producers.settled(written, highWatermark);
        if (!producers.isEmpty()) producers.expire(nowMs, services.producerExpirationMs());
        if (synced < written) checkpointing.syncWhenDue(nowMs);
        if (segments.isEmpty()) return;
        checkpointing.missSummary();
        if (maintenance == null) maintenance = new LogMaintenance(this);
        maintenance.retain(nowMs, highWatermark);
    }

    @Override
    public Compaction compaction() {
        return compaction;
    }

    @Override
    public ProducersView producers() {
        return producers;
    }

    @Override
    public void setListener(LogListener newListener) {
        listener = newListener;
    }

    @Override
    public void delete(Runnable done) {
        new LogEnding(this).delete(done);
    }

    @Override
    public void close(Runnable done) {
        new LogEnding(this).close(done);
    }

    @Override
    public void wentOffline(String why) {
        if (offlineReason != null) return;
        offlineReason = why;
        listener.onOffline(why);
    }

    /** Thread: the writer. */
    @Override
    public void prepareFolder() throws IOException {
        services.disk().createDirectories(folder.path());
    }

    @Override
    public void appendCompleted(AppendTask task) {
        appender.completed(task);
    }

    @Override
    public void roundCompleted() {
        appender.roundCompleted();
    }

    @Override
    public void syncCompleted(long syncedEnd, long truncations) {
        checkpointing.synced(syncedEnd, truncations);
    }

    @Override
    public void checkpointDue() {
        checkpointing.checkpoint();
    }

    LogCheckpointing checkpointing() {
        return checkpointing;
    }

    LogAppender appender() {
        return appender;
    }

    WriteLane lane() {
        if (lane == null) {
            lane = new WriteLane(owner, this, services.health(), folder.path(), folderExists);
            lane.syncsAfterWrite(config.syncsBeforeAck());
            if (folderExists) doubtWhatWasFound();
        }
        return lane;
    }

    /**
     * The process before may have made the folder or cut the last segment without a sync: nothing of that shows, and a loss
     * of power would undo it below what is synced from now on.
     */
    private void doubtWhatWasFound() {
        lane.doubtFolder();
        if (foundActive != null) lane.doubtFile(foundActive);
        foundActive = null;
    }

    boolean hasLane() {
        return lane != null;
    }

    void submit(WriterTask task) {
        services.writer().submit(task);
    }

    TailCache tail() {
        if (tail == null) tail = new TailCache(budget);
        return tail;
    }

    void dropTailFrom(long endExclusive) {
        if (tail != null) tail.dropFrom(endExclusive);
    }

    void addAborted(AbortedTransaction transaction) {
        if (transaction == null) return;
        if (aborted == null) aborted = new AbortedTransactions();
        aborted.add(transaction);
    }

    /** Why nothing can be appended now; null when it can. */
    AppendError refusal() {
        if (offlineReason != null || ended || services.health().isOffline()) return AppendError.OFFLINE;
        return busy ? AppendError.WRITER_BUSY : null;
    }
}
