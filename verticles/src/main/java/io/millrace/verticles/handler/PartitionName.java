package io.millrace.verticles.handler;

import java.util.Comparator;

/**
 * A partition as a client names it. It has an order, so that a hash map stays quick where a client chose names that hash
 * alike.
 *
 * <p>Thread: any.
 */
record PartitionName(String topic, int partition) implements Comparable<PartitionName> {
    private static final Comparator<PartitionName> ORDER =
            Comparator.comparing(PartitionName::topic).thenComparingInt(PartitionName::partition);

    @Override
    public int compareTo(PartitionName other) {
        return ORDER.compare(this, other);
    }
}
