package io.millrace.log.store;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.segment.LogCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
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
 * takes notice, and stays for a person. Where one has no checkpoint nobody can tell, nor where the other one was begun later: its
 * checkpoint may be far behind what it has. Then this broker counts as one that has lost something.
 *
 * <p>Thread: blocks; before any log is loaded.
 */
final class FoundTwice {
    private static final Logger LOG = LoggerFactory.getLogger(FoundTwice.class);

    private final Map<TopicPartitionId, LogDirectory> counting = new HashMap<>();

    private FoundTwice() {}

    /** @throws LogDirectoryException when the one that does not count cannot be renamed */
    static void settle(List<LogDirectory> directories) throws LogDirectoryException {
        FoundTwice twice = new FoundTwice();
        for (LogDirectory directory : directories) {
            for (TopicPartitionId id : directory.found()) twice.look(id, directory);
        }
    }

    private void look(TopicPartitionId id, LogDirectory directory) throws LogDirectoryException {
        LogDirectory other = counting.putIfAbsent(id, directory);
        if (other == null || id.isOfMetadata()) return;
        LogCheckpoint here = checkpoint(id, directory);
        LogCheckpoint there = checkpoint(id, other);
        boolean isNewer = here != null && (there == null || isBehind(there, here));
        LogDirectory newer = isNewer ? directory : other;
        counting.put(id, newer);
        settle(id, newer, isNewer ? other : directory, isCertain(isNewer ? here : there, isNewer ? there : here));
    }

    /** The one that was made anew is the one that was in use last, whatever its checkpoint knows by now. */
    private static boolean isCertain(LogCheckpoint newer, LogCheckpoint older) {
        return newer != null && older != null && newer.createdMs() >= older.createdMs();
    }

    private static boolean isBehind(LogCheckpoint one, LogCheckpoint other) {
        return epoch(one) != epoch(other) ? epoch(one) < epoch(other) : one.recoveryOffset() < other.recoveryOffset();
    }

    private static void settle(TopicPartitionId id, LogDirectory newer, LogDirectory older, boolean isCertain)
            throws LogDirectoryException {
        try {
            // First: a process that ends in between is followed by one that finds only one of them.
            if (!isCertain)
                newer.noteLost(List.of(new LostPartition(id, "nothing says which of two folders is newer")));
            Path aside = older.moving().setOlderAside(id);
            LOG.error("{} is in {} and, older, in {}: that is left aside as {}", id, newer.path(), older.path(), aside);
        } catch (IOException e) {
            throw new LogDirectoryException(
                    older.path().resolve(id.folderName()) + " is older than "
                            + newer.path().resolve(id.folderName()) + " and cannot be left aside: " + e.getMessage()
                            + ".",
                    e);
        }
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
