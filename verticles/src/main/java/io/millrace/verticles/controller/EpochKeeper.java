package io.millrace.verticles.controller;

import io.millrace.log.store.LogDirectory;
import io.millrace.membership.controller.RegisterBroker;
import io.millrace.verticles.controller.BrokerEpochFile.Kept;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker's epoch in each of its data directories, read and written off the loops. The first one says what it is; another
 * that says an earlier one was put back from an older copy, or was missing for a while: the broker has not all that it had in
 * its last life (rule B13). Then, and when files are gone that a checkpoint promises, it shows an epoch of no life at all: the
 * earlier one might be that of the last life that served, which the controller believes.
 *
 * <p>Thread: any; the futures complete on the caller's context.
 */
final class EpochKeeper implements BrokerRegistration.Epochs {
    private static final Logger log = LoggerFactory.getLogger(EpochKeeper.class);
    /** So many losses are told one by one. */
    private static final int MOST_TOLD = 20;

    private final Vertx vertx;
    private final List<BrokerEpochFile> files;
    private final PageCaches pageCaches;
    private final List<String> lost;
    private final List<LogDirectory> tellLost;

    /**
     * Keeps the epoch in directories.
     *
     * @param directories those of the node that are there, the first one first
     * @param pageCaches those behind the node's logs
     * @param lost what is gone, in a few words each
     */
    EpochKeeper(Vertx vertx, List<Path> directories, PageCaches pageCaches, List<String> lost) {
        this(vertx, directories, pageCaches, lost, List.of());
    }

    private EpochKeeper(
            Vertx vertx,
            List<Path> directories,
            PageCaches pageCaches,
            List<String> lost,
            List<LogDirectory> tellLost) {
        this.vertx = vertx;
        this.tellLost = tellLost;
        this.files = directories.stream().map(BrokerEpochFile::new).toList();
        this.pageCaches = pageCaches;
        this.lost = List.copyOf(lost);
    }

    /** Of directories as they were found at start. */
    static EpochKeeper of(Vertx vertx, List<LogDirectory> directories) {
        return new EpochKeeper(
                vertx,
                directories.stream().map(LogDirectory::path).toList(),
                PageCaches.of(directories),
                lost(directories),
                directories.stream()
                        .filter(directory -> !directory.lost().isEmpty())
                        .toList());
    }

    /** A folder that is in another directory has been moved there. */
    private static List<String> lost(List<LogDirectory> directories) {
        List<String> lost = new ArrayList<>();
        for (LogDirectory directory : directories) {
            directory.lost().stream()
                    .filter(one -> directories.stream()
                            .noneMatch(other -> other.found().contains(one.id()) && other != directory))
                    .forEach(one -> lost.add(one.id() + " in " + directory.path() + ": " + one.what()));
        }
        return lost;
    }

    /**
     * What can still be vouched for (rule B13): nothing known when the page cache is gone, and nothing at all when a directory is of
     * an earlier life than the first one.
     */
    static long believed(List<Kept> kept, PageCaches pageCaches) {
        Kept first = kept.get(0);
        long oldest = kept.stream()
                .mapToLong(Kept::epoch)
                .filter(epoch -> epoch != BrokerEpochFile.UNKNOWN)
                .min()
                .orElse(BrokerEpochFile.UNKNOWN);
        if (oldest < first.epoch()) {
            return RegisterBroker.LOST_FILES;
        }
        return pageCaches.haveAllOf(first.pageCache()) ? first.epoch() : BrokerEpochFile.UNKNOWN;
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
        return vertx.executeBlocking(this::shown);
    }

    long shown() {
        if (lost.isEmpty()) {
            List<Kept> kept = files.stream().map(BrokerEpochFile::read).toList();
            long epoch = believed(kept, pageCaches);
            if (epoch == kept.get(0).epoch() && !kept.get(0).pageCache().equals(pageCaches.text())) {
                carryOver(epoch);
            }
            return epoch;
        }
        lost.stream().limit(MOST_TOLD).forEach(what -> log.error("SAFETY: {}", what));
        log.warn("files are gone: what this broker has is in sync with nobody until it has caught up");
        return RegisterBroker.LOST_FILES;
    }

    /** What was left in order by an earlier page cache is behind this one now, should this process be stopped unregistered too. */
    private void carryOver(long epoch) {
        if (epoch == BrokerEpochFile.UNKNOWN) {
            return;
        }
        try {
            files.get(0).write(new Kept(epoch, pageCaches.text()));
        } catch (UncheckedIOException failing) {
            log.warn("{}: the next start may have to count as one without its page cache", failing.getMessage());
        }
    }

    /** The first one last: a crash in between leaves none behind it. */
    @Override
    public Future<Void> write(long epoch) {
        return vertx.executeBlocking(() -> {
            Kept kept = new Kept(epoch, pageCaches.text());
            for (BrokerEpochFile other : files.subList(1, files.size())) {
                try {
                    other.write(kept);
                } catch (UncheckedIOException failing) {
                    log.warn("{}: should it come back, it is of an earlier life", failing.getMessage());
                }
            }
            files.get(0).write(kept);
            for (LogDirectory directory : tellLost) {
                try {
                    directory.lossIsKnown();
                } catch (IOException failing) {
                    log.warn("what {} has lost will be told again: {}", directory.path(), failing.toString());
                }
            }
            return null;
        });
    }
}
