package io.millrace.simulation;

import io.millrace.log.batch.BatchBuilder;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.protocol.Errors;
import io.millrace.sim.SimScheduler;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.UUID;

/**
 * An idempotent producer of one partition with acks=all: one batch at a time, sent again and again, to whom any node says
 * leads, until it is acknowledged.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimProducer {
    private static final int RECORDS = 2;
    private static final int KEYS = 12;
    /** Each sixth record has a key that comes seldom: it has to outlive many passes of compaction. */
    private static final int RARE_EVERY = 6;

    private static final int RARE_KEYS = 40;
    /** Of a compacted topic, every so many records deletes its key. */
    private static final int TOMBSTONE_EVERY = 7;

    private static final long GIVES_UP_ON_ANSWER_MS = 700;
    private static final long PAUSE_MS = 30;

    private final ClusterWorld world;
    private final int clientId;
    private final UUID topicId;
    private final int partition;
    private final int ledgerKey;
    private final boolean compacted;
    private final Random random;
    private int sequence;
    private long request;
    private long acknowledged;
    private boolean stopped;
    private SimScheduler.Timer timer;
    private byte[] batch;

    /**
     * @param ledgerKey under which the partition is known in the ledger
     * @param compacted whether the topic is
     */
    SimProducer(ClusterWorld world, int clientId, UUID topicId, int partition, int ledgerKey, boolean compacted) {
        this.ledgerKey = ledgerKey;
        this.compacted = compacted;
        this.world = world;
        this.clientId = clientId;
        this.topicId = topicId;
        this.partition = partition;
        this.random = world.simulation().random("producer " + clientId);
        world.network().join(clientId, this::receive);
    }

    void start() {
        next();
    }

    /** What is under way is still delivered. */
    void stop() {
        stopped = true;
    }

    /** There is nothing any more to which it could be delivered. */
    void abandon() {
        stopped = true;
        batch = null;
        request++;
        if (timer != null) {
            timer.cancel();
        }
        world.network().leave(clientId);
    }

    long acknowledged() {
        return acknowledged;
    }

    int partition() {
        return partition;
    }

    boolean isIdle() {
        return batch == null;
    }

    private static String key(int number) {
        return number % RARE_EVERY == 0 ? "rare" + number / RARE_EVERY % RARE_KEYS : "k" + number % KEYS;
    }

    /** Null for a tombstone. */
    private String value(int number) {
        return compacted && number % TOMBSTONE_EVERY == TOMBSTONE_EVERY - 1 ? null : "p" + clientId + ":" + number;
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private void next() {
        if (stopped) {
            batch = null;
            return;
        }
        BatchBuilder builder = new BatchBuilder().producer(clientId, (short) 0, sequence);
        for (int i = 0; i < RECORDS; i++) {
            builder.append(world.simulation().nowMs(), bytes(key(sequence + i)), bytes(value(sequence + i)));
        }
        var buffer = builder.buildBuffer();
        batch = new byte[buffer.remaining()];
        buffer.get(batch);
        send();
    }

    private void send() {
        request++;
        SimBroker asked = world.anyServing(random);
        if (asked != null) {
            MetadataImage image = asked.life().image();
            PartitionImage known = image.partition(topicId, partition);
            if (known != null && known.hasLeader()) {
                // Patched in place by the leader, so each attempt sends a copy.
                world.network()
                        .send(
                                clientId,
                                known.leader(),
                                new SimMessage.Produce(request, topicId, partition, batch.clone()));
                later(GIVES_UP_ON_ANSWER_MS);
                return;
            }
        }
        later(PAUSE_MS);
    }

    private void later(long ms) {
        if (timer != null) {
            timer.cancel();
        }
        timer = world.simulation().scheduler().after(ms, "producer " + clientId + " tries again", this::send);
    }

    private void receive(int from, SimMessage message) {
        if (!(message instanceof SimMessage.Produced produced) || produced.request() != request || batch == null) {
            return;
        }
        if (produced.error() == Errors.NONE) {
            for (int i = 0; i < RECORDS; i++) {
                int number = sequence + i;
                world.ledger()
                        .acknowledged(
                                ledgerKey, produced.baseOffset() + i, SimRecord.content(key(number), value(number)));
            }
            acknowledged += RECORDS;
            sequence += RECORDS;
            request++;
            if (timer != null) {
                timer.cancel();
            }
            timer = world.simulation()
                    .scheduler()
                    .after(1 + random.nextInt(25), "producer " + clientId + " goes on", this::next);
            return;
        }
        world.ledger().refused(ledgerKey, produced.error());
        later(PAUSE_MS);
    }
}
