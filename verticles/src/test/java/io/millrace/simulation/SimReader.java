package io.millrace.simulation;

import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.protocol.Errors;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * A consumer of one partition: reads what leaders show and notes it; nothing it was shown may ever become something else.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimReader {
    private static final long EVERY_MS = 40;
    /** Who has come to the end of a compacted topic begins anew, once in so many times. */
    private static final int AGAIN = 8;

    private final ClusterWorld world;
    private final int clientId;
    private final UUID topicId;
    private final int partition;
    private final int ledgerKey;
    private final boolean compacted;
    private boolean stopped;
    private final Random random;
    private long offset;
    private int leaderEpoch;
    private long request;

    /**
     * @param ledgerKey under which the partition is known in the ledger
     * @param compacted whether the topic is
     */
    SimReader(ClusterWorld world, int clientId, UUID topicId, int partition, int ledgerKey, boolean compacted) {
        this.ledgerKey = ledgerKey;
        this.compacted = compacted;
        this.world = world;
        this.clientId = clientId;
        this.topicId = topicId;
        this.partition = partition;
        this.random = world.simulation().random("reader " + clientId);
        world.network().join(clientId, this::receive);
    }

    void start() {
        world.simulation().scheduler().after(EVERY_MS, "reader " + clientId, this::ask);
    }

    void stop() {
        stopped = true;
        world.network().leave(clientId);
    }

    private void ask() {
        if (stopped) {
            return;
        }
        request++;
        SimBroker asked = world.anyServing(random);
        if (asked != null) {
            MetadataImage image = asked.life().image();
            PartitionImage known = image.partition(topicId, partition);
            // As clients do: metadata older than what is known is not followed.
            if (known != null && known.hasLeader() && known.leaderEpoch() >= leaderEpoch) {
                leaderEpoch = known.leaderEpoch();
                world.network()
                        .send(
                                clientId,
                                known.leader(),
                                new SimMessage.Read(request, topicId, partition, offset, leaderEpoch));
            }
        }
        world.simulation().scheduler().after(EVERY_MS, "reader " + clientId, this::ask);
    }

    private void receive(int from, SimMessage message) {
        if (!(message instanceof SimMessage.ReadAnswer answer) || answer.request() != request) {
            return;
        }
        // A question that arrived twice is answered twice.
        request++;
        if (answer.error() == Errors.OFFSET_OUT_OF_RANGE
                && offset < world.ledger().deletedUpTo(ledgerKey)) {
            // Perhaps not deleted yet: then there is nothing to be read below, or there will not be.
            offset = world.ledger().deletedUpTo(ledgerKey);
            return;
        }
        if (answer.error() == Errors.OFFSET_OUT_OF_RANGE) {
            throw world.simulation()
                    .violation(
                            "ReadersNeverFallOut",
                            "partition " + partition + " at node " + from + ": offset " + offset
                                    + " was reached by a consumer and is out of range now, high watermark "
                                    + answer.highWatermark() + ", log start " + answer.logStart());
        }
        if (answer.error() == Errors.NONE) {
            take(answer.batches());
        }
    }

    private void take(byte[] batches) {
        List<SimRecord> records = SimRecord.in(batches);
        records.removeIf(record -> record.offset() < offset);
        records.forEach(record -> world.ledger().read(ledgerKey, record.offset(), record.content()));
        long next = Math.max(offset, SimRecord.endOf(batches, offset));
        if (compacted) {
            world.ledger().passed(ledgerKey, offset, next, records);
        }
        offset = compacted && batches.length == 0 && random.nextInt(AGAIN) == 0 ? 0 : next;
    }
}
