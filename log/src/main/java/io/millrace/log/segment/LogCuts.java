package io.millrace.log.segment;

import io.millrace.log.SegmentFile;
import io.millrace.log.disk.NoFreeFilesException;
import io.millrace.log.io.LaneTask;
import io.millrace.log.producer.ProducerStateTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a log back. Memory is cut at once; then the writer first withdraws a checkpoint that reaches beyond the cut, then
 * cuts the files. Producers whose batches were not committed go back in memory, and only if that is not possible they are rebuilt
 * from what is left. A loss of power may undo the cut and must not mix what
 * was there with what came after: so what comes after goes to a segment of its own, where the recovery ends the one
 * before. Only where a sync comes before every acknowledgement anyway, or where nothing of a segment is left, the cut is
 * synced first and the segment goes on: a follower that is cut when its leader changes would keep everybody's
 * acknowledgements waiting for that sync. A crash in between leaves a log that is longer than wanted, which the next
 * comparison of epochs finds again. A full disk delays a cut, whatever else fails
 * takes the directory offline, which whoever is told that the cut is over can see.
 *
 * <p>Thread: the owner's; made for one cut.
 */
final class LogCuts {
    private final SegmentedLog log;

    LogCuts(SegmentedLog log) {
        this.log = log;
    }

    void truncateTo(long endExclusive, Runnable done) {
        if (log.ended || log.offlineReason() != null) {
            log.owner.execute(done);
            return;
        }
        if (endExclusive >= log.assigned) {
            // KIP-101: an epoch in which this replica led and wrote nothing may be nobody else's.
            log.epochs.truncateFromEnd(log.assigned);
            log.owner.execute(done);
            return;
        }
        if (log.busy) throw new IllegalStateException("a truncation of " + log.id + " is under way");
        if (log.segments.isEmpty() || endExclusive <= log.segments.first().baseOffset || endExclusive < log.logStart) {
            startAnewAt(endExclusive, done);
            return;
        }
        cutMemory(endExclusive);
        log.compaction.cut(endExclusive);
        List<Segment> dropped = new ArrayList<>();
        while (log.segments.count() > 1 && log.segments.active().baseOffset >= endExclusive) {
            dropped.add(log.segments.removeLast());
        }
        log.checkpointing().cut(endExclusive);
        log.submit(new CutTask(dropped, log.segments.active(), endExclusive, done, false));
    }

    void startAnewAt(long offset, Runnable done) {
        if (log.ended || log.offlineReason() != null) {
            log.owner.execute(done);
            return;
        }
        if (log.busy) throw new IllegalStateException("a truncation of " + log.id + " is under way");
        cutMemory(Long.MIN_VALUE);
        log.checkpointing().cut(Long.MIN_VALUE);
        log.emptied();
        log.compaction.emptied(offset);
        log.appender().disown();
        List<Segment> dropped = new ArrayList<>();
        while (!log.segments.isEmpty()) dropped.add(log.segments.removeLast());
        log.assigned = offset;
        log.written = offset;
        log.synced = offset;
        log.logStart = offset;
        log.highWatermark = offset;
        log.epochs.clear();
        log.aborted = null;
        log.producers.clear(offset);
        Segment next = Segment.begin(log.folder, offset, log.services.io().nowMs());
        log.segments.add(next);
        log.submit(new AnewTask(dropped, next, done, false));
    }

    private void cutMemory(long endExclusive) {
        log.busy = true;
        log.dropTailFrom(endExclusive);
        log.assigned = Math.min(log.assigned, endExclusive);
        log.written = Math.min(log.written, endExclusive);
        log.synced = Math.min(log.synced, endExclusive);
        log.highWatermark = Math.min(log.highWatermark, endExclusive);
        log.epochs.truncateFromEnd(endExclusive);
        if (log.aborted != null) log.aborted.truncateTo(endExclusive);
    }

    /** One part of a cut; on the writer, as often as it takes. */
    private abstract class Step extends LaneTask {
        final Runnable done;
        /** To the writer this is one truncation, however often it is tried. */
        final boolean again;
        /** Segments change their places: not now. */
        private boolean mustWait;

        Step(Runnable done, boolean again) {
            super(log.lane());
            this.done = done;
            this.again = again;
        }

        /** The same once more. */
        abstract Step anew();

        abstract void succeeded();

        /** Below which offset nothing of the files changes. */
        abstract long untouchedEnd();

        abstract void cutFiles() throws IOException;

        @Override
        protected final void onWriter() throws IOException {
            // First of all: a sync or a checkpoint that is under way must not speak for what comes after the cut.
            if (!again) lane().cutBegins(untouchedEnd());
            mustWait = log.compaction.isSwapping();
            if (!mustWait) cutFiles();
        }

        @Override
        protected final void onOwner(IOException failure) {
            if (failure == null && !mustWait) {
                succeeded();
            } else if (log.services.health().isOffline()) {
                // Memory is cut and the file is not: nothing may be appended any more.
                log.wentOffline(log.services.health().offlineReason());
                done.run();
            } else if (log.ended) {
                done.run();
            } else {
                log.submit(new RetryTask(() -> log.submit(anew())));
            }
        }
    }

    /** Waits on the writer until there may be space or a free file handle again. */
    private final class RetryTask extends LaneTask {
        private final Runnable again;

        RetryTask(Runnable again) {
            super(log.lane());
            this.again = again;
        }

        @Override
        protected void onWriter() {
            log.services.writer().later(PatientStep.RETRY_MS, again);
        }
    }

    /** Nothing is kept but the place where the log goes on. */
    private final class AnewTask extends Step {
        private final List<Segment> dropped;
        private final Segment next;

        AnewTask(List<Segment> dropped, Segment next, Runnable done, boolean again) {
            super(done, again);
            this.dropped = dropped;
            this.next = next;
        }

        @Override
        Step anew() {
            return new AnewTask(dropped, next, done, true);
        }

        @Override
        long untouchedEnd() {
            return 0;
        }

        @Override
        void cutFiles() throws IOException {
            log.services.checkpoints().beginAnew(log.id, next.baseOffset);
            // The old files go first here: one of them may have the new one's name. Retention may have let go of others
            // that are still there.
            new DeleteSegmentsTask(log, dropped, null).setAside();
            if (lane().folderIsReady()) {
                CleanedMark.remove(log.services.disk(), log.folder.path());
                DeleteSegmentsTask.setAllAside(log);
            }
            log.services.writer().prepareFolder(lane());
            // An attempt before may have made it, and it has just been set aside.
            log.services.openFiles().forget(next.target);
            log.services.openFiles().create(next.target);
            lane().cutEnds(next.target, next.baseOffset);
            log.services.disk().syncDirectory(log.folder.path());
        }

        @Override
        void succeeded() {
            log.busy = false;
            log.checkpointing().checkpoint();
            done.run();
        }
    }

    /** Cuts inside one segment; those behind it go. */
    private final class CutTask extends Step {
        private final List<Segment> dropped;
        private final Segment kept;
        private final long endExclusive;
        private final long hintPosition;
        private final long hintOffset;
        private long position;
        private long actualEnd;

        CutTask(List<Segment> dropped, Segment kept, long endExclusive, Runnable done, boolean again) {
            super(done, again);
            this.dropped = dropped;
            this.kept = kept;
            this.endExclusive = endExclusive;
            int entry = kept.index == null ? -1 : kept.index.floorOffset(endExclusive);
            this.hintPosition = entry < 0 ? -1 : kept.index.position(entry);
            this.hintOffset = entry < 0 ? -1 : kept.index.offset(entry);
        }

        @Override
        Step anew() {
            return new CutTask(dropped, kept, endExclusive, done, true);
        }

        @Override
        long untouchedEnd() {
            return kept.baseOffset;
        }

        @Override
        void cutFiles() throws IOException {
            log.services.checkpoints().invalidateBeyond(log.id, endExclusive);
            actualEnd = kept.baseOffset;
            if (kept.target.exists()) findPosition();
            if (lane().folderIsReady()) {
                FolderCut.removeBeyond(log.services.disk(), log.folder.path(), kept.baseOffset, actualEnd, again);
            }
            log.services.openFiles().cut(kept.target, position);
            log.services.indexes().forget(kept.target);
            lane().cutEnds(kept.target.exists() ? kept.target : null, actualEnd);
            if (!dropped.isEmpty()) new DeleteSegmentsTask(log, dropped, null).setAside();
        }

        private void findPosition() throws IOException {
            SegmentView view = new SegmentView(
                    kept.target,
                    kept.baseOffset,
                    endExclusive,
                    (int) kept.target.fileBytes(),
                    SegmentView.UNKNOWN,
                    SegmentView.UNKNOWN);
            position = hintPosition;
            actualEnd = hintOffset;
            if (position < 0 || position > view.bytes()) {
                SparseIndex index = log.services.indexes().of(view).index();
                int entry = Math.max(0, index.floorOffset(endExclusive));
                position = index.position(entry);
                actualEnd = index.offset(entry);
            }
            SegmentFile file = log.services.openFiles().acquireForRead(kept.target);
            try {
                HeaderWalk walk = new HeaderWalk(file, position, view.bytes());
                while (walk.next() && walk.nextOffset() <= endExclusive) {
                    position = walk.nextPosition();
                    actualEnd = walk.nextOffset();
                }
            } finally {
                file.release();
            }
        }

        @Override
        void succeeded() {
            cutSegment();
            SegmentView keptView = kept.view();
            List<SegmentView> left = log.segments.viewsFrom(0);
            long now = log.services.io().nowMs();
            kept.endsUnsynced = !log.config.syncsBeforeAck() && keptView.bytes() > 0;
            boolean syncFirst = !kept.endsUnsynced;
            if (!syncFirst && log.producers.undoTo(actualEnd)) {
                goOn();
                // What comes next goes to another segment, so that nobody has to wait until it is known which record of
                // this one is the newest now. A checkpoint has.
                log.checkpointing().summarize(kept, true);
                return;
            }
            beginRebuild(() -> rebuild(left, keptView, now, syncFirst));
        }

        private void beginRebuild(Runnable rebuild) {
            if (!log.services.io().read(rebuild)) log.services.io().sync(rebuild);
        }

        private void cutSegment() {
            kept.cutTo((int) position, actualEnd);
            log.assigned = Math.min(log.assigned, actualEnd);
            log.written = log.assigned;
            log.synced = Math.min(log.synced, actualEnd);
            log.highWatermark = Math.min(log.highWatermark, actualEnd);
            if (actualEnd == endExclusive) return;
            log.checkpointing().cutFurther(actualEnd);
            log.epochs.cutFurther(endExclusive, actualEnd);
        }

        private void rebuild(List<SegmentView> left, SegmentView keptView, long nowMs, boolean syncFirst) {
            try {
                if (syncFirst && kept.target.exists()) log.services.openFiles().sync(kept.target);
                ProducerStateTable rebuilt =
                        new ProducerReplay(log.services, log.id, log.folder.path()).rebuild(left, actualEnd, nowMs);
                LoadedIndex summary =
                        keptView.bytes() == 0 ? null : log.services.indexes().of(keptView);
                log.owner.execute(() -> rebuilt(rebuilt, summary));
            } catch (NoFreeFilesException e) {
                log.services.health().failed("producers of " + log.id, e);
                log.submit(new RetryTask(() -> beginRebuild(() -> rebuild(left, keptView, nowMs, syncFirst))));
            } catch (IOException | RuntimeException | VirtualMachineError e) {
                log.owner.execute(() -> notRebuilt(e));
            }
        }

        /** A log that was deleted meanwhile has no files, which is nobody's fault. */
        private void notRebuilt(Throwable e) {
            if (!log.ended) {
                log.services.health().offline("producers of " + log.id + " cannot be rebuilt: " + e, e);
                log.wentOffline(log.services.health().offlineReason());
            }
            done.run();
        }

        private void rebuilt(ProducerStateTable producers, LoadedIndex summary) {
            log.producers = producers;
            log.producers.settled(log.written, log.written);
            kept.setSummary(
                    summary == null ? Segment.NONE : summary.maxTimestamp(),
                    summary == null ? Segment.NONE : summary.maxTimestampBatch());
            goOn();
        }

        private void goOn() {
            log.busy = false;
            log.checkpointing().checkpoint();
            done.run();
        }
    }
}
