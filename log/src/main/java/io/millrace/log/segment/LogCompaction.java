package io.millrace.log.segment;

import io.millrace.log.Compaction;
import io.millrace.log.CompactionBench;
import io.millrace.log.CompactionNeed;
import io.millrace.log.CompactionOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.compact.CompactionRule;
import io.millrace.log.compact.DirtyRange;
import io.millrace.log.compact.SegmentFacts;
import io.millrace.log.io.LaneTask;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compaction as a log sees it: when it is due, what a pass may touch, and the exchange of segments.
 *
 * <p>A pass begins with a checkpoint and touches only segments that lie wholly below it, so that no checkpoint ever points
 * into a segment that was written anew. It reads and writes on the bench; each finished group comes back here and takes its
 * place, if the segments that it was made of are all still there: retention, truncation and deletion need not wait for it. Only
 * while its files change their places, and wait for a handle in between, retention and truncation wait.
 *
 * <p>Thread: the owner's, except {@link #isCancelled}.
 */
final class LogCompaction implements Compaction {
    private static final Logger LOG = LoggerFactory.getLogger(LogCompaction.class);

    private final SegmentedLog log;
    private long firstDirty;
    private boolean gaps;
    private boolean running;
    private boolean impossible;
    private boolean rejected;
    private volatile boolean cancelled;
    private int swaps;
    private Consumer<CompactionOutcome> done;
    private final List<EmptyAbort> emptyAborts = new ArrayList<>(0);
    private SegmentTimes times;
    private CleanedMark mark;
    /** Exchanges whose files are not all in their places: raised by the owner, lowered by the writer. */
    private final AtomicInteger swapping = new AtomicInteger();
    /** The writer's: the last one that was asked for, which counts. */
    private MarkTask lastMark;
    /** The mark is in the folder; written on the writer. */
    private volatile boolean marked;

    // What was looked at when nothing was due: as long as it is the same, nothing is.
    private long idleBase = -1;
    private long idleStable;
    private LogConfig idleConfig;

    /** An aborted transaction without data, whose entry goes when nobody reads the old files any more. */
    private record EmptyAbort(long marker, long sinceMs) {}

    LogCompaction(SegmentedLog log, long firstDirty, boolean gaps) {
        this.log = log;
        this.firstDirty = firstDirty;
        this.gaps = gaps;
        this.marked = gaps;
    }

    @Override
    public boolean mayHaveGaps() {
        return gaps || log.config.compact();
    }

    @Override
    public CompactionNeed need(long nowMs, long highWatermark) {
        if (!log.config.compact() || running || impossible || log.segments.count() < 2) return null;
        if (log.busy || log.ended || log.offlineReason() != null || isSwapping()) return null;
        long base = log.segments.active().baseOffset;
        long stable = Math.min(base, log.lastStableOffset(highWatermark));
        if (base == idleBase && stable == idleStable && log.config == idleConfig) return null;
        CompactionRule rule = CompactionRule.of(log.config);
        if (rule.needsTimestamps() && !timesAreKnown()) return null;
        DirtyRange range = range(stable, rule, nowMs);
        if (range.isDue()) return new CompactionNeed(range.ratio(), range.dirtyBytes(), range.overdueMs());
        if (!rule.needsTimestamps()) {
            idleBase = base;
            idleStable = stable;
            idleConfig = log.config;
        }
        return null;
    }

    private boolean timesAreKnown() {
        if (times == null) times = new SegmentTimes(log);
        return times.areKnown();
    }

    private DirtyRange range(long stableEnd, CompactionRule rule, long nowMs) {
        List<SegmentFacts> facts = new ArrayList<>(log.segments.count());
        for (int i = 0; i < log.segments.count(); i++)
            facts.add(log.segments.get(i).facts());
        return DirtyRange.of(facts, Math.max(firstDirty, log.logStart), stableEnd, rule, nowMs);
    }

    @Override
    public void start(CompactionBench bench, long highWatermark, Consumer<CompactionOutcome> whenDone) {
        if (running || impossible || isSwapping() || cannotBegin()) {
            log.owner.execute(() -> whenDone.accept(new CompactionOutcome.Postponed("busy")));
            return;
        }
        running = true;
        rejected = false;
        cancelled = false;
        done = whenDone;
        forgetEmptyAborts();
        // Now, since a full disk may have no room for it when segments are exchanged.
        if (!marked) log.submit(new MarkTask(Math.max(0, firstDirty)));
        log.submit(log.checkpointing().task(durable -> {
            long end = durable ? log.services.checkpoints().recoveryOffset(log.id) : -1;
            log.owner.execute(() -> plan(bench, highWatermark, end));
        }));
    }

    /** @param durableEnd where a restart begins to scan: its segment and what follows stays as it is */
    private void plan(CompactionBench bench, long highWatermark, long durableEnd) {
        if (cancelled || !marked || cannotBegin()) {
            finished(new CompactionOutcome.Postponed("busy"), CleanedMark.NONE);
            return;
        }
        long now = log.services.io().nowMs();
        long stable = Math.min(durableEnd - 1, log.lastStableOffset(highWatermark));
        DirtyRange range = range(stable, CompactionRule.of(log.config), now);
        List<Segment> segments = new ArrayList<>();
        List<SegmentView> views = new ArrayList<>();
        for (int i = 0; i + 1 < log.segments.count() && log.segments.get(i).endOffset <= range.end(); i++) {
            segments.add(log.segments.get(i));
            views.add(log.segments.get(i).view());
        }
        if (segments.isEmpty() || !range.isDue()) {
            finished(new CompactionOutcome.Postponed("too little is durable"), CleanedMark.NONE);
            return;
        }
        CleaningPlan plan = new CleaningPlan(
                List.copyOf(segments),
                List.copyOf(views),
                range.firstDirty(),
                range.end(),
                log.producers.lastBatches(highWatermark),
                log.epochs.starts(),
                log.abortedIn(0, range.end()),
                log.config,
                now);
        pass(bench, plan);
    }

    private boolean cannotBegin() {
        return log.busy || log.ended || log.offlineReason() != null || log.segments.isEmpty();
    }

    /** A lack of memory ends a pass, and not all of them. */
    private void pass(CompactionBench bench, CleaningPlan plan) {
        Consumer<VirtualMachineError> stopped =
                e -> log.owner.execute(() -> finished(new CompactionOutcome.Postponed(e.toString()), CleanedMark.NONE));
        try {
            bench.run(() -> {
                try {
                    new CleanPass(log, this, bench, plan).run();
                } catch (VirtualMachineError e) {
                    stopped.accept(e);
                }
            });
        } catch (VirtualMachineError noThread) {
            stopped.accept(noThread);
        }
    }

    /** A group of segments has been written anew. */
    void accept(CleanedGroup group) {
        int at = rejected || cancelled || log.ended || log.offlineReason() != null
                ? -1
                : log.segments.indexOfRun(group.old());
        if (at < 0) {
            rejected = true;
            cancelled = true;
            log.submit(new DiscardTask(group.fileName()));
            return;
        }
        SegmentTarget target =
                new SegmentTarget(log.folder, group.baseOffset(), group.index().coveredBytes());
        target.isAt(group.fileName());
        log.services.indexes().put(target, group.index());
        Segment cleaned = Segment.cleaned(
                target,
                group.baseOffset(),
                group.endOffset(),
                group.index(),
                group.firstTimestamp(),
                group.old().get(0).createdMs);
        log.segments.replace(at, group.old().size(), cleaned);
        // What is in memory there has been superseded too.
        if (log.tail != null) log.tail.dropBelow(cleaned.endOffset);
        gaps = true;
        swapping.incrementAndGet();
        log.submit(new SwapTask(log, group.old(), cleaned, group.index(), Math.max(0, firstDirty), swaps++));
        noteEmptyAborts(group.emptyAborts());
    }

    /** All files of one exchange are in their places, or not wanted any more. Thread: the writer. */
    void swapped() {
        swapping.decrementAndGet();
    }

    /** Thread: the owner, which may be told so a little too long; the writer. */
    boolean isSwapping() {
        return swapping.get() > 0;
    }

    void noteEmptyAborts(List<Long> markers) {
        long now = log.services.io().nowMs();
        for (long marker : markers) {
            if (emptyAborts.stream().noneMatch(known -> known.marker == marker)) {
                emptyAborts.add(new EmptyAbort(marker, now));
            }
        }
    }

    private void forgetEmptyAborts() {
        long now = log.services.io().nowMs();
        emptyAborts.removeIf(empty -> {
            boolean due = now - empty.sinceMs >= log.config.fileDeleteDelayMs();
            if (due && log.aborted != null) log.aborted.remove(empty.marker);
            return due;
        });
    }

    /** @param cleanedTo where the next pass goes on */
    void finished(CompactionOutcome outcome, long cleanedTo) {
        running = false;
        idleBase = -1;
        CompactionOutcome came = outcome;
        if (outcome instanceof CompactionOutcome.Impossible impossibly) {
            impossible = true;
            log.services.health().safetyAlarm(log.id + " cannot be compacted: " + impossibly.why());
        } else if (outcome instanceof CompactionOutcome.Done && !rejected && !cancelled && !log.ended) {
            firstDirty = Math.max(firstDirty, cleanedTo);
            log.submit(new MarkTask(firstDirty));
        } else if (outcome instanceof CompactionOutcome.Done) {
            came = new CompactionOutcome.Postponed("the log was changed meanwhile");
        }
        LOG.debug("compaction of {}: {}", log.id, came);
        Consumer<CompactionOutcome> whenDone = done;
        done = null;
        if (whenDone != null) whenDone.accept(came);
    }

    /**
     * A leader's log is compacted: what comes from it skips offsets, which a recovery must expect whatever the policy. What
     * is appended next under this generation goes to the file when that is noted, or fails.
     */
    void noteGaps(long generation) {
        if (gaps) return;
        gaps = true;
        log.submit(new GapsTask(generation, Math.max(0, firstDirty)));
    }

    /** The log ends earlier now. */
    void cut(long endExclusive) {
        // A segment that is cut may be filled and sealed again, and look like the one that was read.
        cancelled = true;
        if (firstDirty <= endExclusive) return;
        firstDirty = endExclusive;
        log.submit(new MarkTask(endExclusive));
    }

    /** The log has nothing any more and goes on at {@code offset}. */
    void emptied(long offset) {
        cancelled = true;
        firstDirty = offset;
        gaps = false;
        marked = false;
        emptyAborts.clear();
    }

    void cancel() {
        cancelled = true;
    }

    /** Whether the pass under way should end. Thread: any. */
    boolean isCancelled() {
        return cancelled;
    }

    /** Thread: the writer. */
    void writeMark(long offset) throws IOException {
        CleanedMark.write(log.services.disk(), log.folder.path(), offset);
        // Who opens it from now on opens the new one.
        if (mark == null) mark = new CleanedMark(log.folder);
        forgetMark();
        log.lane().noteUnsynced(mark);
    }

    /** Thread: the writer. */
    void forgetMark() {
        if (mark != null) log.services.openFiles().forget(mark);
    }

    /** Says how far compaction has come. */
    private final class MarkTask extends LaneTask {
        private final long offset;
        private final int timesEmptied = log.timesEmptied;

        MarkTask(long offset) {
            super(log.lane());
            this.offset = offset;
        }

        @Override
        protected void onWriter() {
            lastMark = this;
            PatientStep.run(log.services, "mark of compaction of " + log.id, this::write);
        }

        private void write() throws IOException {
            if (lastMark != this || log.timesEmptied != timesEmptied) return;
            // The first batch of all may come with a gap before it.
            log.services.writer().prepareFolder(lane());
            writeMark(offset);
            marked = true;
        }
    }

    /** Marks the folder before the first batch with a gap before it, which waits for nothing: without the mark it must not be. */
    private final class GapsTask extends LaneTask {
        private final long generation;
        private final long offset;
        private final int timesEmptied = log.timesEmptied;

        GapsTask(long generation, long offset) {
            super(log.lane());
            this.generation = generation;
            this.offset = offset;
        }

        @Override
        protected void onWriter() throws IOException {
            if (log.timesEmptied != timesEmptied || log.services.health().isOffline()) return;
            lastMark = null;
            try {
                log.services.writer().prepareFolder(lane());
                writeMark(offset);
                marked = true;
            } catch (IOException e) {
                lane().drop(generation);
                throw e;
            }
        }

        /** With the next batch once more. */
        @Override
        protected void onOwner(IOException failure) {
            if (failure != null && log.timesEmptied == timesEmptied) gaps = marked;
        }
    }

    /** Removes what nobody wants. */
    private final class DiscardTask extends LaneTask {
        private final String fileName;

        DiscardTask(String fileName) {
            super(log.lane());
            this.fileName = fileName;
        }

        @Override
        protected void onWriter() throws IOException {
            if (log.services.health().isOffline()) return;
            log.services.disk().delete(log.folder.path().resolve(fileName));
        }
    }
}
