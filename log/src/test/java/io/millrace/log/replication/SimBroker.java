package io.millrace.log.replication;

import io.millrace.log.LoadOutcome;
import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryException;
import io.millrace.log.store.LogDirectoryOptions;
import io.millrace.sim.SimDirectoryIo;
import io.millrace.sim.SimDisk;
import io.millrace.sim.SimOwner;
import io.millrace.sim.SimScheduler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A node over its lives: a disk that outlives them, and while it runs a log directory, one shard of replicas and both
 * machines of replication.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimBroker implements ReplicationLink, FollowerMachine.Node {
    /** So little that most fetches are read from files. */
    private static final long TAIL_BYTES = 1_500;

    private static final FetchSettings SETTINGS = new FetchSettings(700, 1_500, 100, 200);

    /** What travels, and how a trace shows it. */
    private record Frame(byte[] bytes) {
        @Override
        public String toString() {
            try {
                ReplicationCodec.Message message = ReplicationCodec.decode(ByteBuffer.wrap(bytes));
                return message.fetch() == null
                        ? message.answer().toString()
                        : message.fetch().toString();
            } catch (MalformedFrameException e) {
                return e.toString();
            }
        }
    }

    final int id;
    final ReplicationWorld world;
    final SimDisk disk;
    private int life;
    private SimOwner owner;
    private SimDirectoryIo io;
    private TailBudget tail;
    private LogDirectory directory;
    private long brokerEpoch;
    private int applied;
    private SimController.Committed known;
    private SimScheduler.Timer alarm;
    private boolean alive;
    /** Whether what was written and not synced may be gone. */
    boolean lostItsCache;

    List<SimReplica> replicas = List.of();
    FollowerMachine follower;
    private final List<LeaderMachine> leaders = new ArrayList<>();

    SimBroker(ReplicationWorld world, int id) {
        this.world = world;
        this.id = id;
        this.disk = new SimDisk(world.simulation, "disk " + id);
        try {
            disk.createDirectories(Path.of("/data"));
            disk.syncDirectory(Path.of("/"));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    boolean isAlive() {
        return alive;
    }

    /** Everything is loaded and it has seen its own registration. */
    boolean isReady() {
        return alive && brokerEpoch >= 0 && known != null && known.brokerEpochs()[id] == brokerEpoch;
    }

    long nowMs() {
        return world.simulation.nowMs();
    }

    void start() {
        life++;
        alive = true;
        brokerEpoch = -1;
        applied = 0;
        known = null;
        owner = new SimOwner(world.simulation.scheduler(), "node " + id + " life " + life);
        io = new SimDirectoryIo(world.simulation, "node " + id + " life " + life);
        tail = new TailBudget(TAIL_BYTES);
        follower = new FollowerMachine(this, this, SETTINGS, this::nowMs);
        leaders.clear();
        for (int shard = 0; shard < shards(); shard++) {
            leaders.add(new LeaderMachine(id, shards(), this::find, this, SETTINGS));
        }
        replicas = new ArrayList<>();
        world.network.join(id, this::receive);
        try {
            directory = LogDirectory.open(
                    Path.of("/data"),
                    disk,
                    LogDirectoryOptions.of(id, "simulated").withCheckpoint(4_000, 500),
                    io);
        } catch (LogDirectoryException e) {
            throw new IllegalStateException(e);
        }
        for (int p = 0; p < world.partitions(); p++) {
            TopicPartitionId wanted = world.partition(p);
            int number = p;
            if (directory.found().contains(wanted)) {
                directory.load(wanted, world.config(p), owner, tail, outcome -> loaded(number, outcome));
            } else {
                adopt(p, directory.create(wanted, world.config(p), owner, tail));
            }
        }
    }

    private void loaded(int p, LoadOutcome outcome) {
        if (outcome instanceof LoadOutcome.Loaded loaded) {
            adopt(p, loaded.log());
        } else {
            throw new IllegalStateException(outcome.toString());
        }
    }

    private void adopt(int p, PartitionLog log) {
        replicas.add(new SimReplica(this, p, log));
        if (replicas.size() == world.partitions()) {
            world.simulation.scheduler().soon("node " + id + " registers", this::register);
        }
    }

    private void register() {
        if (alive && brokerEpoch < 0) {
            world.controller.register(id, lostItsCache);
            lostItsCache = false;
            brokerEpoch = world.controller.newest().brokerEpochs()[id];
            applied = world.controller.log.size() - 1;
            world.tellRecords();
        }
    }

    /** The next committed record has arrived. */
    void applyNext() {
        if (alive && brokerEpoch >= 0 && applied < world.controller.log.size()) {
            known = world.controller.log.get(applied++);
            for (SimReplica replica : List.copyOf(replicas)) {
                replica.take(known.partitions().get(replica.partition));
            }
            afterEvent();
        }
    }

    boolean isUpToDate() {
        return applied == world.controller.log.size();
    }

    boolean mayJoin(int broker, long epoch) {
        return known != null && known.unfenced()[broker] && known.brokerEpochs()[broker] == epoch;
    }

    LeaderMachine leader(int p) {
        return leaders.get(p % leaders.size());
    }

    void crash() {
        alive = false;
        owner.stop();
        io.stop();
        if (alarm != null) {
            alarm.cancel();
        }
        world.network.leave(id);
        replicas = List.of();
    }

    /** The dead node comes back with an empty disk. */
    void loseDisk() throws IOException {
        disk.afterProcessCrash();
        for (Path path : disk.list(Path.of("/data"))) {
            if (disk.isDirectory(path)) {
                for (Path file : disk.list(path)) {
                    disk.delete(file);
                }
            }
            disk.delete(path);
        }
        lostItsCache = true;
    }

    private void receive(int from, Object message) {
        owner.execute(() -> {
            if (message instanceof Frame frame) {
                take(frame);
            } else if (message instanceof ReplicationWorld.ProposalAnswered answered) {
                if (answered.life() == life && !replicas.isEmpty()) {
                    replica(answered.partition()).answered(answered.proposalId(), answered.answer());
                }
            }
            afterEvent();
        });
    }

    private void take(Frame frame) {
        try {
            ReplicationCodec.Message message = ReplicationCodec.decode(ByteBuffer.wrap(frame.bytes()));
            if (message.fetch() != null) {
                // A follower may take this node for one with more shards than it has.
                int shard = Math.min(message.fetch().leaderShard(), leaders.size() - 1);
                leaders.get(shard).fetched(message.fetch(), nowMs());
            } else {
                follower.answered(message.answer(), nowMs());
            }
        } catch (MalformedFrameException e) {
            throw new IllegalStateException(e);
        }
    }

    int life() {
        return life;
    }

    SimReplica replica(int p) {
        return replicas.stream().filter(r -> r.partition == p).findFirst().orElseThrow();
    }

    private SimReplica find(UUID topicId, int p) {
        return replicas.stream()
                .filter(r -> r.log().id().topicId().equals(topicId) && r.partition == p)
                .findFirst()
                .orElse(null);
    }

    /** What a shard's loop does at the end of a turn. */
    void afterEvent() {
        if (!alive) {
            return;
        }
        for (int i = 0; i < 3; i++) {
            leaders.forEach(leader -> leader.flush(nowMs()));
            follower.flush(nowMs());
        }
        arm();
    }

    private void arm() {
        if (alarm != null) {
            alarm.cancel();
        }
        long due = follower.nextTickMs(nowMs());
        for (LeaderMachine leader : leaders) {
            due = Math.min(due, leader.nextTickMs(nowMs()));
        }
        for (SimReplica replica : replicas) {
            due = Math.min(due, replica.machine().nextTickMs(nowMs()));
        }
        alarm = due == Long.MAX_VALUE
                ? null
                : world.simulation
                        .scheduler()
                        .after(Math.max(1, due - nowMs()), "node " + id + " timer", () -> owner.execute(this::tick));
    }

    private void tick() {
        for (SimReplica replica : replicas) {
            if (replica.machine().nextTickMs(nowMs()) <= nowMs()) {
                replica.machine().tick(nowMs());
            }
        }
        leaders.forEach(leader -> leader.tick(nowMs()));
        follower.tick(nowMs());
        afterEvent();
    }

    /** What a leader does for DeleteRecords. */
    static void deleteRecords(SimReplica replica) {
        if (replica.machine().isLeader()) {
            replica.log().advanceLogStart(replica.machine().highWatermark() - 3);
        }
    }

    private ReplicaFetch withBug(ReplicaFetch fetch) {
        List<ReplicaFetch.Ask> asks = new ArrayList<>();
        for (ReplicaFetch.Ask ask : fetch.asks()) {
            boolean early = world.bug == ReplicationWorld.Bug.VOUCHES_TOO_EARLY;
            boolean hides = world.bug == ReplicationWorld.Bug.HIDES_ITS_EPOCH;
            asks.add(new ReplicaFetch.Ask(
                    ask.handle(),
                    ask.topicId(),
                    ask.partition(),
                    ask.leaderEpoch(),
                    ask.fetchOffset(),
                    hides ? -1 : ask.lastEpoch(),
                    early ? ask.fetchOffset() : ask.durableEnd(),
                    ask.logStart(),
                    ask.wantsRecords()));
        }
        return new ReplicaFetch(
                fetch.followerId(),
                fetch.brokerEpoch(),
                fetch.followerShard(),
                fetch.leaderShard(),
                fetch.leaderShards(),
                fetch.session(),
                fetch.sequence(),
                fetch.wantsAnswer(),
                fetch.maxWaitMs(),
                fetch.maxBytes(),
                asks,
                fetch.dropped());
    }

    @Override
    public void send(int brokerId, ReplicaFetch fetch) {
        ByteBuffer frame = ReplicationCodec.encode(world.bug == ReplicationWorld.Bug.NONE ? fetch : withBug(fetch));
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        world.network.send(id, brokerId, new Frame(bytes));
    }

    @Override
    public void send(int brokerId, ReplicaAnswer answer) {
        ByteBuffer head = ReplicationCodec.encodeHead(answer);
        ByteBuffer frame = ByteBuffer.allocate(head.remaining() + answer.sizeBytes());
        frame.put(head);
        for (ReplicaAnswer.Part part : answer.parts()) {
            for (Payload records : part.records()) {
                frame.put(records.bytes());
            }
        }
        answer.release();
        world.network.send(id, brokerId, new Frame(frame.array()));
    }

    @Override
    public int brokerId() {
        return id;
    }

    @Override
    public int shard() {
        return 0;
    }

    /** Nodes differ, so that followers have to learn it; all of them share one owner here. */
    @Override
    public int shards() {
        return 1 + id % 2;
    }

    @Override
    public int shardOf(TopicPartitionId partition, int shards) {
        return partition.partition() % shards;
    }

    @Override
    public long brokerEpoch() {
        return brokerEpoch;
    }

    @Override
    public void alarm(Replicated replica, String what) {
        world.alarm(replica + " " + what);
    }

    @Override
    public void note(Replicated replica, String what) {
        world.simulation.trace().note(() -> "    " + replica + " " + what);
        world.notes++;
    }

    @Override
    public String toString() {
        return "node " + id + (alive ? "" : " dead") + " epoch " + brokerEpoch + " applied " + applied + "\n    "
                + replicas + "\n    follows " + (alive ? follower : "") + "\n    serves " + (alive ? leaders : "");
    }
}
