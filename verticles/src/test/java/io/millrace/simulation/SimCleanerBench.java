package io.millrace.simulation;

import io.millrace.log.compact.KeyHash;
import io.millrace.sim.SimScheduler;
import io.millrace.sim.SimThread;
import io.millrace.sim.Simulation;
import io.millrace.verticles.shard.CleanerBench;
import io.millrace.verticles.shard.CleanerSettings;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.function.Function;

/**
 * The passes of one process' compaction, one at a time: whenever one has read or written something, other things happen first.
 *
 * <p>Thread: the simulation's only thread, and that of a pass while the simulation waits for it.
 */
final class SimCleanerBench implements CleanerBench {
    private static final int MAX_REST_MS = 30;
    /** Some tables are too small for all keys: then it takes more than one pass. */
    private static final long[] MAP_BYTES = {24 * 8, 24 * 64, 24 * 1024};

    private final SimScheduler scheduler;
    private final Random random;
    private final String name;
    private final Function<KeyHash, KeyHash> bent;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private SimThread pass;
    private boolean closed;
    private long passes;

    /** @param bent a planted bug, or nothing */
    SimCleanerBench(Simulation simulation, SimScheduler scheduler, String name, Function<KeyHash, KeyHash> bent) {
        this.scheduler = scheduler;
        this.random = simulation.random(name);
        this.name = name;
        this.bent = bent;
    }

    @Override
    public void run(Runnable next) {
        if (!closed) {
            waiting.add(next);
            begin();
        }
    }

    private void begin() {
        if (pass == null && !waiting.isEmpty()) {
            passes++;
            pass = new SimThread(name, waiting.poll());
            goOnLater();
        }
    }

    private void goOnLater() {
        scheduler.after(random.nextInt(MAX_REST_MS), name, this::goOn);
    }

    private void goOn() {
        if (pass == null) {
            return;
        }
        if (pass.goOn()) {
            goOnLater();
        } else {
            pass = null;
            begin();
        }
    }

    @Override
    public void moved(long bytes) {
        if (!closed) {
            pass.rest();
        }
    }

    @Override
    public long mapBytes() {
        return MAP_BYTES[random.nextInt(MAP_BYTES.length)];
    }

    @Override
    public double mapLoadFactor() {
        return 0.9;
    }

    @Override
    public int bufferBytes() {
        return 1 << 10;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public KeyHash newHash() {
        return bent.apply(new KeyHash(random.nextLong(), random.nextLong()));
    }

    @Override
    public long nanoTime() {
        return 0;
    }

    @Override
    public void settings(CleanerSettings changed) {}

    /** As the stopping node waits for its passes: what is under way ends here and now. */
    @Override
    public void close() {
        closed = true;
        waiting.clear();
        while (pass != null) {
            goOn();
        }
    }

    /** The process has died, and its disk knows. Whether a pass was under way. */
    boolean abandon() {
        closed = true;
        waiting.clear();
        boolean cut = pass != null;
        if (cut) {
            pass.abandon();
            pass = null;
        }
        return cut;
    }

    /** Passes that have begun. */
    long passes() {
        return passes;
    }
}
