package io.millrace.membership.image;

import java.util.AbstractList;
import java.util.Arrays;

/**
 * The partitions of one topic by number: immutable, an array access to read, and a copy of a small chunk to change one
 * (a topic with thousands of partitions changes one at a time).
 *
 * <p>Thread: any.
 */
final class PartitionVector extends AbstractList<PartitionImage> {
    static final PartitionVector EMPTY = new PartitionVector(new PartitionImage[0][], 0);

    private static final int CHUNK = 64;

    private final PartitionImage[][] chunks;
    private final int size;

    private PartitionVector(PartitionImage[][] chunks, int size) {
        this.chunks = chunks;
        this.size = size;
    }

    @Override
    public PartitionImage get(int partition) {
        return chunks[partition / CHUNK][partition % CHUNK];
    }

    @Override
    public int size() {
        return size;
    }

    /** Starts a series of changes of which the first to a chunk copies it. */
    Builder change() {
        return new Builder();
    }

    /** Good for one {@link #build()}. Thread: one. */
    final class Builder {
        private PartitionImage[][] newChunks = chunks.clone();
        private int newSize = size;

        /** Null when there is no such partition. */
        PartitionImage get(int partition) {
            return partition < 0 || partition >= newSize ? null : newChunks[partition / CHUNK][partition % CHUNK];
        }

        /** Replaces a partition, or adds the next one. */
        void put(int partition, PartitionImage image) {
            if (partition < 0 || partition > newSize) {
                throw new IllegalStateException(
                        "partition " + partition + " does not follow the " + newSize + " known");
            }
            int chunk = partition / CHUNK;
            int slot = partition % CHUNK;
            if (chunk == newChunks.length) {
                newChunks = Arrays.copyOf(newChunks, chunk + 1 + chunk / 2);
            }
            boolean shared = chunk < chunks.length && newChunks[chunk] == chunks[chunk];
            if (newChunks[chunk] == null) {
                newChunks[chunk] = new PartitionImage[Math.min(CHUNK, slot + 1)];
            } else if (slot >= newChunks[chunk].length) {
                newChunks[chunk] = Arrays.copyOf(newChunks[chunk], Math.min(CHUNK, (slot + 1) * 2));
            } else if (shared) {
                newChunks[chunk] = newChunks[chunk].clone();
            }
            newChunks[chunk][slot] = image;
            newSize = Math.max(newSize, partition + 1);
        }

        PartitionVector build() {
            int used = (newSize + CHUNK - 1) / CHUNK;
            PartitionImage[][] result = newChunks.length == used ? newChunks : Arrays.copyOf(newChunks, used);
            return new PartitionVector(result, newSize);
        }
    }
}
