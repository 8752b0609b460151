package io.millrace.log.store;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.io.DirectoryHealth;
import io.millrace.log.segment.LogRegistry;
import io.millrace.log.segment.SegmentedLog;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The partitions of a directory: those that were found at start and not opened yet, and those whose logs are open.
 * Thread: any.
 */
final class OpenLogs implements LogRegistry {
    private final Map<TopicPartitionId, SegmentedLog> open = new ConcurrentHashMap<>();
    private final Set<TopicPartitionId> found = ConcurrentHashMap.newKeySet();

    void found(Collection<TopicPartitionId> ids) {
        found.addAll(ids);
    }

    List<TopicPartitionId> found() {
        return List.copyOf(found);
    }

    boolean isFound(TopicPartitionId id) {
        return found.contains(id);
    }

    /** @return whether it was among those that are found and not opened */
    boolean forgetFound(TopicPartitionId id) {
        return found.remove(id);
    }

    /** From now on the log is told when the directory fails; at once if it has. */
    void opened(SegmentedLog log, DirectoryHealth health) {
        found.remove(log.id());
        if (open.putIfAbsent(log.id(), log) != null) {
            throw new IllegalStateException("partition " + log.id() + " is open already");
        }
        // Asked only now, so that a failure meanwhile is not missed.
        String reason = health.offlineReason();
        if (reason != null) log.wentOffline(reason);
    }

    @Override
    public void gone(SegmentedLog log) {
        open.remove(log.id(), log);
    }

    void tellOffline(String why) {
        for (SegmentedLog log : open.values()) log.owner().execute(() -> log.wentOffline(why));
    }

    int openCount() {
        return open.size();
    }
}
