package io.millrace.log.store;

/**
 * Settings of one log directory. Thread: any (immutable).
 *
 * @param clusterId null before the cluster is formed: whatever the folder says is accepted
 * @param writerQueueBytes payload bytes that may wait for the writer; beyond that appends are refused as WRITER_BUSY
 * @param maxOpenFiles segment files kept open (more while readers hold them)
 * @param readThreads threads for cold reads, index loads and recovery
 * @param readQueueTasks reads that may wait for those threads
 * @param syncThreads threads that sync files
 * @param checkpointBytes bytes written to the directory after which dirty logs are synced and checkpointed
 * @param checkpointMs the longest that a dirty log of some size waits for that
 * @param indexCacheBytes heap for the indexes of sealed segments
 * @param producerExpirationMs {@code producer.id.expiration.ms}
 */
public record LogDirectoryOptions(
        int nodeId,
        String clusterId,
        long writerQueueBytes,
        int maxOpenFiles,
        int readThreads,
        int readQueueTasks,
        int syncThreads,
        long checkpointBytes,
        long checkpointMs,
        long indexCacheBytes,
        long producerExpirationMs) {

    public static LogDirectoryOptions of(int nodeId, String clusterId) {
        return new LogDirectoryOptions(
                nodeId, clusterId, 64L << 20, 1024, 2, 65_536, 2, 64L << 20, 5_000, 8L << 20, 86_400_000);
    }

    public LogDirectoryOptions withMaxOpenFiles(int files) {
        return new LogDirectoryOptions(
                nodeId,
                clusterId,
                writerQueueBytes,
                files,
                readThreads,
                readQueueTasks,
                syncThreads,
                checkpointBytes,
                checkpointMs,
                indexCacheBytes,
                producerExpirationMs);
    }

    public LogDirectoryOptions withCheckpoint(long bytes, long ms) {
        return new LogDirectoryOptions(
                nodeId,
                clusterId,
                writerQueueBytes,
                maxOpenFiles,
                readThreads,
                readQueueTasks,
                syncThreads,
                bytes,
                ms,
                indexCacheBytes,
                producerExpirationMs);
    }
}
