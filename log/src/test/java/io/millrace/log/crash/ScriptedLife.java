package io.millrace.log.crash;

import io.millrace.log.LogConfig;
import io.millrace.log.store.LogDirectoryException;
import java.io.IOException;
import java.util.Map;

/**
 * The life that is stopped at every step: two processes that produce in both flush modes, roll, checkpoint, snapshot,
 * delete records, truncate, retire old segments, delete a topic and make it again, close and come back. Its steps are
 * the same for the same seed.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ScriptedLife {
    static final LogConfig GROUP = LogConfig.from(Map.of(
            "flush.mode", "group",
            "segment.bytes", "1200",
            "index.interval.bytes", "200",
            "file.delete.delay.ms", "1000",
            "message.timestamp.after.max.ms", String.valueOf(Long.MAX_VALUE)));
    static final LogConfig PAGE_CACHE = GROUP.with(Map.of("flush.mode", "page-cache", "retention.bytes", "2000"));

    private static final long CHECKPOINT_MS = 7_000;
    private static final long PRODUCER = 7;
    private static final long OTHER_PRODUCER = 9;

    private final NodeWorld world;

    ScriptedLife(NodeWorld world) {
        this.world = world;
    }

    /** Runs to the end, or throws {@code LifeStopped} in the middle of it. */
    void run() throws LogDirectoryException, IOException {
        firstProcess(world.startLife());
        secondProcess(world.startLife());
    }

    private void firstProcess(LogLife life) throws LogDirectoryException, IOException {
        life.open();
        Replica orders = life.create("orders", GROUP);
        Replica clicks = life.create("clicks", PAGE_CACHE);
        orders.lead();
        clicks.lead();
        orders.produce(3);
        life.awaitAcks();
        produceInBoth(life, orders, clicks, 4);

        orders.lead();
        produceInBoth(life, orders, clicks, 6);
        life.pass(CHECKPOINT_MS);

        orders.deleteRecordsBefore(5);
        orders.produceIdempotent(PRODUCER, 2);
        boolean[] cut = orders.truncateTo(orders.log().assignedEnd() - 5);
        life.await("truncation", () -> cut[0]);
        orders.lead();
        produceInBoth(life, orders, clicks, 3);

        clicks.maintain(life.nowMs());
        Replica old = life.create("old", GROUP);
        old.lead();
        old.produceIdempotent(PRODUCER, 2);
        life.awaitAcks();
        boolean[] deleted = life.delete(old);
        Replica again = life.create("old", GROUP);
        again.lead();
        again.produce(1);
        life.awaitAcks();
        life.pass(CHECKPOINT_MS);
        life.await("deletion of a topic", () -> deleted[0]);
        produceInBoth(life, orders, clicks, 2);
        life.closeCleanly();
    }

    private void secondProcess(LogLife life) throws LogDirectoryException, IOException {
        life.open();
        Replica orders = life.replica("orders");
        Replica clicks = life.replica("clicks");
        orders.lead();
        produceInBoth(life, orders, clicks, 5);
        boolean[] restarted = clicks.restartAt(clicks.log().assignedEnd() + 50);
        life.await("full truncation", () -> restarted[0]);
        clicks.lead();
        produceInBoth(life, orders, clicks, 3);
        boolean[] deleted = life.delete(life.replica("old"));
        life.await("deletion of the second topic", () -> deleted[0]);
        life.closeCleanly();
    }

    private void produceInBoth(LogLife life, Replica orders, Replica clicks, int rounds) {
        for (int i = 0; i < rounds; i++) {
            orders.produceIdempotent(PRODUCER, 2);
            clicks.produceIdempotent(OTHER_PRODUCER, 3);
            orders.produce(1);
            if (i % 2 == 1) {
                life.awaitAcks();
            }
        }
        life.awaitAcks();
    }
}
