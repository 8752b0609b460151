package io.millrace.client.consume;

import java.util.Collection;

/**
 * What partitions that are paused may keep of what has been read of them: half of the room, so that the others can be read however many
 * are paused; and that apart from the answers that it came in, each of which may be many times as much.
 *
 * <p>Thread: immutable.
 */
record PausedPartitions(int mostBytes) {
    static PausedPartitions within(int maxBufferedBytes) {
        return new PausedPartitions(maxBufferedBytes / 2);
    }

    /** Pauses one of all: what there is no room for is thrown away, and read again when it goes on. */
    void pause(PartitionBuffer buffer, Collection<PartitionBuffer> all) {
        buffer.paused = true;
        if (buffer.bufferedBytes() == 0) {
            return;
        }
        long bytes = 0;
        for (PartitionBuffer one : all) {
            bytes += one.paused ? one.bufferedBytes() : 0;
        }
        if (bytes > mostBytes) {
            buffer.seek(buffer.position());
        } else {
            buffer.keepOwn();
        }
    }
}
