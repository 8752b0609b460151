package io.millrace.protocol.produce;

import java.util.Arrays;

/**
 * Growing columns of what a Produce says per partition: 12 bytes for each, no object.
 *
 * <p>Thread: the one that decodes.
 */
final class PartitionEntries {
    int[] partitions;
    int[] recordsStart;
    int[] recordsSize;
    int count;

    PartitionEntries(int capacity) {
        partitions = new int[capacity];
        recordsStart = new int[capacity];
        recordsSize = new int[capacity];
    }

    void add(int partition, int start, int size) {
        if (count == partitions.length) {
            int capacity = Math.max(4, count * 2);
            partitions = Arrays.copyOf(partitions, capacity);
            recordsStart = Arrays.copyOf(recordsStart, capacity);
            recordsSize = Arrays.copyOf(recordsSize, capacity);
        }
        partitions[count] = partition;
        recordsStart[count] = start;
        recordsSize[count] = size;
        count++;
    }
}
