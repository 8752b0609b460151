package io.millrace.log.segment;

import io.millrace.log.io.LaneTask;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Closes a log so that a restart has nothing to scan, or deletes it. Thread: the owner's; made for one ending.
 */
final class LogEnding {
    private final SegmentedLog log;

    LogEnding(SegmentedLog log) {
        this.log = log;
    }

    void close(Runnable done) {
        if (log.ended) {
            log.owner.execute(done);
            return;
        }
        log.ended = true;
        log.compaction.cancel();
        log.dropTailFrom(Long.MIN_VALUE);
        Runnable last = () -> log.owner.execute(() -> {
            log.dropTailFrom(Long.MIN_VALUE);
            log.services.registry().gone(log);
            done.run();
        });
        boolean untouched = !log.hasLane() || log.segments.isEmpty() || log.busy || log.offlineReason() != null;
        if (untouched) {
            // Through the writer all the same when there is a lane: what is queued comes first.
            if (log.hasLane()) {
                log.submit(new ForgetFilesTask(last));
            } else {
                last.run();
            }
            return;
        }
        log.submit(new IndexTask());
        log.submit(log.checkpointing().task(durable -> log.services.io().sync(last)));
        log.submit(new ForgetFilesTask(() -> {}));
    }

    /** The active segment's index, so that the next start need not walk its headers. */
    private final class IndexTask extends LaneTask {
        private final Path path;
        private final ByteBuffer index;

        IndexTask() {
            super(log.lane());
            Segment active = log.segments.active();
            path = log.folder.file(active.baseOffset, SegmentNames.INDEX);
            index = active.sizeBytes == 0 ? null : SealTask.encodeIndex(active);
        }

        @Override
        protected void onWriter() {
            if (index != null && !log.services.health().isOffline()) {
                SmallFiles.writeIfPossible(log.services.disk(), path, index);
            }
        }
    }

    /** Lets go of the open files; readers that still hold one keep it. */
    private final class ForgetFilesTask extends LaneTask {
        private final List<SegmentView> files;
        private final Runnable then;

        ForgetFilesTask(Runnable then) {
            super(log.lane());
            this.files = log.segments.viewsFrom(0);
            this.then = then;
        }

        @Override
        protected void onWriter() {
            log.compaction.forgetMark();
            for (SegmentView view : files) {
                log.services.openFiles().forget(view.file());
                log.services.indexes().forget(view.file());
            }
            then.run();
        }
    }

    void delete(Runnable done) {
        if (log.ended) {
            log.owner.execute(done);
            return;
        }
        log.ended = true;
        log.compaction.cancel();
        log.emptied();
        log.dropTailFrom(Long.MIN_VALUE);
        long delayMs = log.config.fileDeleteDelayMs();
        List<SegmentView> files = log.segments.viewsFrom(0);
        log.submit(new LaneTask(log.lane()) {
            @Override
            protected void onWriter() throws IOException {
                try {
                    setAside();
                } finally {
                    // Also when the folder could not be: the next start finds a stray.
                    log.services.checkpoints().forget(log.id);
                }
            }

            private void setAside() throws IOException {
                if (!log.services.health().isOffline()) {
                    log.compaction.forgetMark();
                    for (SegmentView view : files) {
                        log.services.openFiles().forget(view.file());
                        log.services.indexes().forget(view.file());
                    }
                    lane().folderGone();
                    PartitionRemoval.setAside(log.services, log.folder.path(), delayMs);
                }
            }

            @Override
            protected void onOwner(IOException failure) {
                log.dropTailFrom(Long.MIN_VALUE);
                log.services.registry().gone(log);
                done.run();
            }
        });
    }
}
