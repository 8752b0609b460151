package io.millrace.log.store;

import io.millrace.log.TopicPartitionId;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes at start what a stop has left of moves between the node's log directories, so that each replica is in one place
 * again. A mark says that the move had come so far that the new replica counts; without one the old does.
 *
 * <p>While a directory is missing nothing is concluded from what is not seen.
 *
 * <p>Thread: blocks; before any log is loaded.
 */
final class FoundMoves {
    private static final Logger LOG = LoggerFactory.getLogger(FoundMoves.class);

    private final List<LogDirectory> directories;
    private final boolean allThere;

    private FoundMoves(List<LogDirectory> directories, boolean allThere) {
        this.directories = directories;
        this.allThere = allThere;
    }

    static void finish(FoundDirectories found) throws LogDirectoryException {
        boolean allThere = found.unopened().stream().noneMatch(FoundDirectories.Unopened::held);
        FoundMoves moves = new FoundMoves(found.opened(), allThere);
        for (LogDirectory directory : found.opened()) {
            for (TopicPartitionId id : directory.moving().moved()) {
                moves.leave(directory, id);
            }
        }
        for (LogDirectory directory : found.opened()) {
            directory.moving().futures().forEach(id -> moves.look(directory, id));
        }
    }

    private Optional<LogDirectory> other(LogDirectory than, Predicate<LogDirectory> which) {
        return directories.stream()
                .filter(directory -> directory != than && which.test(directory))
                .findFirst();
    }

    /** The replica has left {@code from}. */
    private void leave(LogDirectory from, TopicPartitionId id) throws LogDirectoryException {
        Optional<LogDirectory> arriving =
                other(from, to -> to.moving().futures().contains(id));
        if (arriving.isPresent()) {
            arriving.get().moving().arriveFound(id);
        }
        Optional<LogDirectory> arrived = other(from, to -> to.found().contains(id));
        if (arrived.isPresent()) {
            if (from.found().contains(id) && !arrived.get().moving().takeLogStart(id, from.moving())) {
                // Both stay, the folder and the mark: the next start tries again.
                from.passOver(id);
                return;
            }
            from.removeStray(id);
            from.moving().unmark(id);
        } else if (allThere) {
            // Given up with its directory, or deleted: what is here is all there is.
            from.moving().unmark(id);
        } else {
            LOG.error("{} has moved from {} to a log directory that is not there", id, from.path());
            from.passOver(id);
        }
    }

    /** The replica was being copied to {@code to}: the copying goes on if there is still something to be copied. */
    private void look(LogDirectory to, TopicPartitionId id) {
        boolean hasSource = !to.found().contains(id)
                && other(to, from -> from.found().contains(id)).isPresent();
        if (!hasSource && allThere) to.moving().remove(id);
    }
}
