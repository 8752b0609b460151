package io.millrace.verticles.shard;

import io.millrace.log.CompactionNeed;
import io.millrace.log.CompactionOutcome;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.image.MetadataImage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses which log is compacted next: the one whose longest lag is exceeded by most, else the dirtiest, as many at a time as
 * {@code log.cleaner.threads}. Every {@code log.cleaner.backoff.ms} each shard looks through its compacted logs, which for a
 * log in which nothing has changed is a comparison of two numbers.
 *
 * <p>Thread: any; what touches a replica runs on its shard's loop.
 */
public final class LogCleaner {
    private static final Logger logger = LoggerFactory.getLogger(LogCleaner.class);

    private final EffectiveConfigs configs;
    private final Supplier<MetadataImage> image;
    private final LongSupplier clock;
    private final Function<CleanerSettings, CleanerBench> benches;
    private final CleanerStats stats = new CleanerStats();
    private final Map<Replica, Candidate> candidates = new LinkedHashMap<>();
    private CleanerSettings settings;
    private CleanerBench bench;
    private int running;
    private boolean closed;

    /** A log that wants to be compacted. */
    private record Candidate(Shard shard, Replica replica, CompactionNeed need) {
        private boolean isBefore(Candidate other) {
            if (need.overdueMs() != other.need.overdueMs()) {
                return need.overdueMs() > other.need.overdueMs();
            }
            return need.dirtyRatio() > other.need.dirtyRatio();
        }
    }

    /** @param clock wall clock in milliseconds */
    public LogCleaner(EffectiveConfigs configs, Supplier<MetadataImage> image, LongSupplier clock) {
        this(configs, image, clock, ThreadedCleanerBench::new);
    }

    /** As above, with the passes running where {@code benches} says; it is asked once, when there is something to compact. */
    public LogCleaner(
            EffectiveConfigs configs,
            Supplier<MetadataImage> image,
            LongSupplier clock,
            Function<CleanerSettings, CleanerBench> benches) {
        this.configs = configs;
        this.image = image;
        this.clock = clock;
        this.benches = benches;
        this.settings = current();
    }

    private CleanerSettings current() {
        return CleanerSettings.of(configs, image.get(), Runtime.getRuntime().maxMemory());
    }

    /** Looks after the logs of all shards until this is closed. */
    public LogCleaner start(Shards shards) {
        if (settings.enabled()) {
            for (Shard shard : shards.all()) {
                shard.execute(() -> lookLater(shard));
            }
        }
        return this;
    }

    private void lookLater(Shard shard) {
        if (!shard.loop().isShuttingDown()) {
            shard.loop().schedule(() -> look(shard), backoffMs(), TimeUnit.MILLISECONDS);
        }
    }

    private synchronized long backoffMs() {
        return settings.backoffMs();
    }

    private void look(Shard shard) {
        if (!refresh()) {
            return;
        }
        long nowMs = clock.getAsLong();
        stats.looked(nowMs);
        shard.forEach(replica -> {
            if (replica.log().config().compact()) {
                offer(shard, replica, nowMs);
            }
        });
        startNext();
        lookLater(shard);
    }

    /** False when this is closed. */
    private synchronized boolean refresh() {
        if (closed) {
            return false;
        }
        CleanerSettings now = current();
        if (!now.equals(settings)) {
            settings = now;
            if (bench != null) {
                bench.settings(now);
            }
        }
        return true;
    }

    private void offer(Shard shard, Replica replica, long nowMs) {
        CompactionNeed need =
                replica.log().compaction().need(nowMs, replica.machine().highWatermark());
        if (need == null) {
            return;
        }
        stats.wanted(need, nowMs);
        synchronized (this) {
            candidates.put(replica, new Candidate(shard, replica, need));
        }
    }

    private void startNext() {
        while (true) {
            Candidate best = null;
            CleanerBench on;
            synchronized (this) {
                if (closed || running >= settings.threads() || candidates.isEmpty()) {
                    return;
                }
                for (Candidate candidate : candidates.values()) {
                    if (best == null || candidate.isBefore(best)) {
                        best = candidate;
                    }
                }
                candidates.remove(best.replica);
                running++;
                if (bench == null) {
                    bench = benches.apply(settings);
                }
                on = bench;
            }
            start(best, on);
        }
    }

    private void start(Candidate candidate, CleanerBench on) {
        Replica replica = candidate.replica;
        candidate.shard.execute(() -> replica.log()
                .compaction()
                .start(on, replica.machine().highWatermark(), outcome -> done(candidate, outcome)));
    }

    /** On the shard's loop. */
    private void done(Candidate candidate, CompactionOutcome outcome) {
        Replica replica = candidate.replica;
        if (outcome instanceof CompactionOutcome.Done done) {
            stats.done(done);
            logger.info(
                    "compacted {}: {} of {} records stay, {} bytes read and {} written in {} ms",
                    replica.log().id(),
                    done.recordsKept(),
                    done.recordsRead(),
                    done.bytesRead(),
                    done.bytesWritten(),
                    TimeUnit.NANOSECONDS.toMillis(done.nanos()));
        } else if (outcome instanceof CompactionOutcome.Impossible impossible) {
            stats.impossible(
                    replica.directory().path().toString(), replica.log().sizeBytes());
            logger.error("{} cannot be compacted: {}", replica.log().id(), impossible.why());
        }
        synchronized (this) {
            running--;
        }
        if (outcome instanceof CompactionOutcome.Done) {
            // What did not fit into the table of one pass is due at once.
            offer(candidate.shard, replica, clock.getAsLong());
        }
        startNext();
    }

    /** What dashboards ask for. */
    public CleanerStats stats() {
        return stats;
    }

    /** Ends what is under way. Blocks for as long as that takes. */
    public Void close() {
        CleanerBench used;
        synchronized (this) {
            closed = true;
            candidates.clear();
            used = bench;
        }
        if (used != null) {
            used.close();
        }
        return null;
    }
}
