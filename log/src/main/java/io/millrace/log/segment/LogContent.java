package io.millrace.log.segment;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.producer.AbortedTransactions;
import io.millrace.log.producer.ProducerStateTable;
import java.util.ArrayList;
import java.util.List;

/**
 * What loading found in a partition's folder; a log is built on it. Thread: filled on the read pool, then the owner's.
 */
public final class LogContent {
    final PartitionFolder folder;
    final List<Segment> segments = new ArrayList<>(1);
    EpochHistory epochs = new EpochHistory();
    ProducerStateTable producers;
    AbortedTransactions aborted;
    boolean folderExists;
    /** Below it compaction has been; -1 when it never was here. */
    long firstDirty = CleanedMark.NONE;
    /** It begins later than it did, because files are gone. */
    boolean startLost;
    /** Offsets may be missing: the log is compacted, or was. */
    boolean gaps;

    long logStart;
    long end;
    /** What consumers may have read: committed when the checkpoint was taken, never beyond what is left. */
    long highWatermark;
    /** Everything below is known to be synced. */
    long syncedEnd;
    /** Bytes behind {@link #syncedEnd}: a sync and a checkpoint are due. */
    long unsyncedBytes;

    LogContent(LogServices services, TopicPartitionId id) {
        this.folder = new PartitionFolder(services.root(), id.nameWith(services.folderSuffix()));
    }

    /** Whether synced records at the beginning are gone. */
    public boolean isStartLost() {
        return startLost;
    }

    /** Nothing on disk. */
    public static LogContent empty(LogServices services, TopicPartitionId id) {
        LogContent content = new LogContent(services, id);
        content.producers = new ProducerStateTable(id);
        return content;
    }
}
