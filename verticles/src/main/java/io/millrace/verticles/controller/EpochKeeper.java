package io.millrace.verticles.controller;

import io.millrace.verticles.controller.BrokerEpochFile.Kept;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;

/**
 * The broker's epoch in each of its data directories, read and written off the loops. The first one says what it is; another
 * that says an earlier one was put back from an older copy, or was missing for a while: the broker has not all that it had in
 * its last life, and shows the earlier epoch, which the controller takes for that (rule B13).
 *
 * <p>Thread: any; the futures complete on the caller's context.
 */
final class EpochKeeper implements BrokerRegistration.Epochs {
    private final Vertx vertx;
    private final List<BrokerEpochFile> files;
    private final String pageCache;
    private final boolean stoppedInOrder;

    /**
     * Keeps the epoch in directories.
     *
     * @param directories those of the node that are there, the first one first
     * @param pageCache which one stands behind the node's logs now
     * @param stoppedInOrder the last process left nothing to the page cache
     */
    EpochKeeper(Vertx vertx, List<Path> directories, String pageCache, boolean stoppedInOrder) {
        this.vertx = vertx;
        this.files = directories.stream().map(BrokerEpochFile::new).toList();
        this.pageCache = pageCache;
        this.stoppedInOrder = stoppedInOrder;
    }

    /**
     * What can still be vouched for (rule B13): nothing known when the page cache is gone, and the epoch of a life that is not
     * the last one when a directory is of that life.
     */
    static long believed(List<Kept> kept, String pageCache, boolean stoppedInOrder) {
        Kept first = kept.get(0);
        long oldest = kept.stream()
                .mapToLong(Kept::epoch)
                .filter(epoch -> epoch != BrokerEpochFile.UNKNOWN)
                .min()
                .orElse(BrokerEpochFile.UNKNOWN);
        if (oldest < first.epoch()) {
            return oldest;
        }
        return stoppedInOrder || first.pageCache().equals(pageCache) ? first.epoch() : BrokerEpochFile.UNKNOWN;
    }

    /** The newest epoch that any of the directories knows; {@link BrokerEpochFile#UNKNOWN} when none does. Blocks. */
    static long newest(List<Path> directories) {
        return directories.stream()
                .mapToLong(directory -> new BrokerEpochFile(directory).read().epoch())
                .max()
                .orElse(BrokerEpochFile.UNKNOWN);
    }

    @Override
    public Future<Long> read() {
        return vertx.executeBlocking(
                () -> believed(files.stream().map(BrokerEpochFile::read).toList(), pageCache, stoppedInOrder));
    }

    /** The first one last: a crash in between leaves none behind it. */
    @Override
    public Future<Void> write(long epoch) {
        return vertx.executeBlocking(() -> {
            for (int i = files.size() - 1; i >= 0; i--) {
                files.get(i).write(new Kept(epoch, pageCache));
            }
            return null;
        });
    }
}
