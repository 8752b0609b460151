package io.millrace.log.producer;

import java.util.List;

/**
 * What operators may see of a partition's producers.
 *
 * <p>Thread: the owner's; the rows are immutable.
 */
public interface ProducersView {
    int count();

    /** Whether a batch of this producer is checked against what came before it. */
    boolean knows(long producerId);

    List<Producer> list();

    /**
     * One producer, as DescribeProducers shows it.
     *
     * @param lastSequence -1 when unknown
     * @param coordinatorEpoch -1 when no transaction ever ended
     * @param currentTxnFirstOffset -1 when no transaction is open
     */
    record Producer(
            long producerId,
            short epoch,
            int lastSequence,
            long lastTimestampMs,
            int coordinatorEpoch,
            long currentTxnFirstOffset) {}
}
