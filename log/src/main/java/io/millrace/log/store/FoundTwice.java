package io.millrace.log.store;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.segment.LogCheckpoint;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds at start which of two folders of one replica counts. A directory that failed, or was not there, while the replica was moved to
 * other nodes and came back to this one has an older one when it is back itself; as the leader's that would be all there is.
 *
 * <p>The one whose checkpoint knows more counts: a later leader epoch, or more records. The other one gets a name of which nobody
 * takes notice, and stays for a person.
 *
 * <p>Thread: blocks; before any log is loaded.
 */
final class FoundTwice {
    private static final Logger LOG = LoggerFactory.getLogger(FoundTwice.class);

    private final Map<TopicPartitionId, LogDirectory> counting = new HashMap<>();

    private FoundTwice() {}

    /** @throws LogDirectoryException when nobody can tell which one counts, or the other one cannot be renamed */
    static void settle(List<LogDirectory> directories) throws LogDirectoryException {
        FoundTwice twice = new FoundTwice();
        for (LogDirectory directory : directories) {
            for (TopicPartitionId id : directory.found()) twice.look(id, directory);
        }
    }

    private void look(TopicPartitionId id, LogDirectory directory) throws LogDirectoryException {
        LogDirectory other = counting.putIfAbsent(id, directory);
        if (other == null || id.isOfMetadata()) return;
        boolean isNewer = isBehind(id, other, directory);
        LogDirectory older = isNewer ? other : directory;
        LogDirectory newer = isNewer ? directory : other;
        counting.put(id, newer);
        try {
            LOG.error(
                    "{} is in {} and, older, in {}: that is left aside as {}",
                    id,
                    newer.path(),
                    older.path(),
                    older.moving().setOlderAside(id).getFileName());
        } catch (IOException e) {
            throw new LogDirectoryException(
                    older.path().resolve(id.folderName()) + " is older than "
                            + newer.path().resolve(id.folderName()) + " and cannot be renamed: " + e.getMessage() + ".",
                    e);
        }
    }

    private static boolean isBehind(TopicPartitionId id, LogDirectory one, LogDirectory other)
            throws LogDirectoryException {
        LogCheckpoint a = checkpoint(id, one);
        LogCheckpoint b = checkpoint(id, other);
        if (a == null || b == null) {
            throw new LogDirectoryException(one.path().resolve(id.folderName()) + " and "
                    + other.path().resolve(id.folderName())
                    + " are the same replica, and nothing says which one is newer; expected one of them.");
        }
        return epoch(a) != epoch(b) ? epoch(a) < epoch(b) : a.recoveryOffset() < b.recoveryOffset();
    }

    private static LogCheckpoint checkpoint(TopicPartitionId id, LogDirectory directory) throws LogDirectoryException {
        try {
            return directory.checkpoint(id);
        } catch (IOException e) {
            throw LogDirectoryException.unusable(directory.path(), e);
        }
    }

    private static int epoch(LogCheckpoint checkpoint) {
        int[] epochs = checkpoint.epochs();
        return epochs.length == 0 ? -1 : epochs[epochs.length - 1];
    }
}
