package io.millrace.bench.shards;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.LoadOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.LogListener;
import io.millrace.log.Owner;
import io.millrace.log.PartitionLog;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.replica.CommittedPartition;
import io.millrace.log.replica.IsrProposal;
import io.millrace.log.replica.ReplicaEffects;
import io.millrace.log.replica.ReplicaMachine;
import io.millrace.log.replica.ReplicaOptions;
import io.millrace.log.replica.ReplicaRole;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a replica costs as an object in a shard: makes idle replicas (log and machine) in a few shards, then some with one
 * batch each, closes them, and loads them again. Prints time and heap.
 *
 * <p>Arguments: idle replicas, replicas with data, replication factor. Thread: main; each shard has one of its own.
 */
public final class ReplicasInShards {
    private static final int SHARDS = Runtime.getRuntime().availableProcessors();
    private static final long TAIL_BYTES = 1 << 20;

    /** One owner thread and what it owns. */
    private static final class Shard implements Owner {
        private final ExecutorService loop = Executors.newSingleThreadExecutor();
        private final TailBudget tail = new TailBudget(TAIL_BYTES);
        private final List<Replica> replicas = new ArrayList<>();

        @Override
        public void execute(Runnable task) {
            loop.execute(task);
        }
    }

    /** What a shard keeps per partition. */
    private static final class Replica implements ReplicaEffects, LogListener {
        private final PartitionLog log;
        private final ReplicaMachine machine;

        private Replica(PartitionLog log, CommittedPartition committed) {
            this.log = log;
            machine = new ReplicaMachine(
                    new ReplicaOptions(1, 10_000, 1_000),
                    (broker, epoch) -> true,
                    this,
                    log.writtenEnd(),
                    log.syncedEnd(),
                    0,
                    1,
                    false);
            log.setListener(this);
            machine.becomeLeader(committed, log.assignedEnd(), 0);
            log.startEpoch(committed.leaderEpoch());
        }

        @Override
        public void roleChanged(ReplicaRole before, ReplicaRole now) {}

        @Override
        public void highWatermarkAdvanced(long highWatermark) {}

        @Override
        public void proposeIsr(IsrProposal proposal) {}

        @Override
        public void truncatedBelowHighWatermark(long highWatermark, long endExclusive) {}

        @Override
        public void onWritten(long writtenEnd, int bytes) {
            machine.localProgress(writtenEnd, log.syncedEnd(), 0);
        }

        @Override
        public void onAppendsFailed(long cutBackTo, AppendError why) {}

        @Override
        public void onOffline(String why) {}
    }

    private final int replicationFactor;
    private final List<Shard> shards = new ArrayList<>();
    private final Path folder;

    private ReplicasInShards(int replicationFactor) throws Exception {
        this.replicationFactor = replicationFactor;
        this.folder = Files.createTempDirectory("replicas-in-shards");
        for (int i = 0; i < SHARDS; i++) {
            shards.add(new Shard());
        }
    }

    public static void main(String[] args) throws Exception {
        ReplicasInShards program = new ReplicasInShards(Integer.parseInt(args[2]));
        try {
            program.run(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        } finally {
            program.shards.forEach(shard -> shard.loop.shutdown());
            program.removeFolder();
        }
    }

    private void run(int idle, int withData) throws Exception {
        LogDirectory directory = open();
        HeapMeter heap = new HeapMeter();
        long beganNs = System.nanoTime();
        onEachShard(shard -> {
            for (int i = shards.indexOf(shard); i < idle; i += SHARDS) {
                add(shard, directory.create(id("idle", i), LogConfig.DEFAULTS, shard, shard.tail));
            }
        });
        print("create", idle, beganNs, heap);
        try (Stream<Path> files = Files.walk(folder)) {
            System.out.printf(
                    "  files on disk: %d%n", files.filter(Files::isRegularFile).count());
        }
        closeLogs();

        onEachShard(shard -> {
            for (int i = shards.indexOf(shard); i < withData; i += SHARDS) {
                PartitionLog log = directory.create(id("data", i), LogConfig.DEFAULTS, shard, shard.tail);
                add(shard, log);
                log.append(new BatchBuilder().append(0, null, new byte[100]).build(), AppendOrigin.CLIENT, 0, 0);
            }
        });
        close(directory);
        LogDirectory again = open();
        HeapMeter loadedHeap = new HeapMeter();
        beganNs = System.nanoTime();
        load(again);
        print("load after a clean close", withData, beganNs, loadedHeap);
        close(again);
    }

    private void add(Shard shard, PartitionLog log) {
        int[] brokers = new int[replicationFactor];
        for (int i = 0; i < brokers.length; i++) {
            brokers[i] = i + 1;
        }
        shard.replicas.add(new Replica(log, new CommittedPartition(1, 0, 0, brokers, brokers, new int[0])));
    }

    private void load(LogDirectory directory) throws Exception {
        List<TopicPartitionId> found = directory.found();
        CountDownLatch left = new CountDownLatch(found.size());
        for (int i = 0; i < found.size(); i++) {
            Shard shard = shards.get(i % SHARDS);
            directory.load(found.get(i), LogConfig.DEFAULTS, shard, shard.tail, outcome -> {
                add(shard, ((LoadOutcome.Loaded) outcome).log());
                left.countDown();
            });
        }
        if (!left.await(10, TimeUnit.MINUTES)) {
            throw new IllegalStateException(left.getCount() + " replicas were not loaded");
        }
    }

    private void close(LogDirectory directory) throws Exception {
        closeLogs();
        directory.close();
    }

    private void closeLogs() throws Exception {
        int all = shards.stream().mapToInt(shard -> shard.replicas.size()).sum();
        CountDownLatch left = new CountDownLatch(all);
        onEachShard(shard -> {
            shard.replicas.forEach(replica -> replica.log.close(left::countDown));
            shard.replicas.clear();
        });
        if (!left.await(10, TimeUnit.MINUTES)) {
            throw new IllegalStateException(left.getCount() + " replicas were not closed");
        }
    }

    private LogDirectory open() throws Exception {
        return LogDirectory.open(folder, new RealDisk(), LogDirectoryOptions.of(1, "bench"));
    }

    private static TopicPartitionId id(String topic, int i) {
        return new TopicPartitionId(new UUID(topic.hashCode(), i / 100), topic + i / 100, i % 100);
    }

    private interface ShardWork {
        void run(Shard shard) throws Exception;
    }

    private void onEachShard(ShardWork work) throws Exception {
        List<Callable<Void>> waits = new ArrayList<>();
        for (Shard shard : shards) {
            var future = shard.loop.submit(() -> {
                work.run(shard);
                return (Void) null;
            });
            waits.add(future::get);
        }
        for (Callable<Void> wait : waits) {
            wait.call();
        }
    }

    private void print(String what, int count, long beganNs, HeapMeter heap) {
        long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
        long bytes = heap.grownBytes();
        System.out.printf(
                "%d replicas in %d shards, replication factor %d, %s: %d ms, heap %.1f MB = %d bytes each%n",
                count, SHARDS, replicationFactor, what, ms, bytes / 1e6, bytes / Math.max(1, count));
    }

    private void removeFolder() throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
