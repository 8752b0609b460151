package io.millrace.client.produce;

import io.millrace.client.LogError;
import io.millrace.client.link.Cluster;
import io.millrace.client.message.InitProducerId;
import io.millrace.log.batch.BatchHeader;

/**
 * Under which id an idempotent producer appends; asked for when first needed, and anew when sequences have been broken.
 *
 * <p>Thread: the producer's context.
 */
final class ProducerIdentity {
    private static final long TIMEOUT_MS = 2_000;

    private final Cluster cluster;
    private final boolean wanted;
    private final Runnable arrived;
    private final Runnable failed;
    private long id = BatchHeader.NO_PRODUCER_ID;
    private short epoch = BatchHeader.NO_PRODUCER_EPOCH;
    private boolean asking;

    /**
     * Asks nobody yet.
     *
     * @param arrived called when there is an id
     * @param failed called when nobody gave one; ask again after a while
     */
    ProducerIdentity(Cluster cluster, boolean wanted, Runnable arrived, Runnable failed) {
        this.cluster = cluster;
        this.wanted = wanted;
        this.arrived = arrived;
        this.failed = failed;
    }

    /** Whether batches can be given their identity; if not, it is asked for. */
    boolean isReady() {
        if (!wanted || id != BatchHeader.NO_PRODUCER_ID) {
            return true;
        }
        if (!asking) {
            asking = true;
            cluster.askAnybody(InitProducerId.API, InitProducerId.VERSION, 16, TIMEOUT_MS, InitProducerId::write)
                    .map(InitProducerId::read)
                    .onComplete(answer -> {
                        asking = false;
                        if (answer.succeeded()
                                && LogError.ofCode(answer.result().error()) == null) {
                            id = answer.result().producerId();
                            epoch = answer.result().producerEpoch();
                            arrived.run();
                        } else {
                            failed.run();
                        }
                    });
        }
        return false;
    }

    /** A gap has come into the sequences: what comes next goes under a new id. */
    void renew() {
        id = BatchHeader.NO_PRODUCER_ID;
    }

    long id() {
        return id;
    }

    short epoch() {
        return epoch;
    }
}
