package io.millrace.membership.quorum;

import io.millrace.membership.CommitListener;
import io.millrace.sim.SimNetwork;
import io.millrace.sim.SimOwner;
import io.millrace.sim.SimScheduler;
import io.millrace.sim.Simulation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One node of a simulated quorum through all its lives: the disk stays, everything else is made anew.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimQuorumNode {
    /** Makes the store of a life; a canary hands in one that lies. */
    interface StoreMaker {
        MemoryQuorumStore make(Simulation simulation, SimOwner owner, MemoryQuorumDisk disk, String name);
    }

    /** Makes what a life believes of its voters; a canary hands in one that breaks a rule. */
    interface HistoryMaker {
        VoterHistory make(VoterSet initial, StoredVoters stored);
    }

    /** One committed record as it was applied. */
    record Applied(long offset, String value) {
        byte[] bytes() {
            return (offset + "=" + value).getBytes(StandardCharsets.UTF_8);
        }

        static Applied of(byte[] bytes) {
            String[] parts = new String(bytes, StandardCharsets.UTF_8).split("=");
            return new Applied(Long.parseLong(parts[0]), parts[1]);
        }
    }

    final int id;
    final MemoryQuorumDisk disk = new MemoryQuorumDisk();
    private final QuorumWorld world;
    private final StoreMaker storeMaker;
    private UUID directoryId;
    private int disks = 1;
    private SimOwner owner;
    private MemoryQuorumStore store;
    private QuorumNode node;
    private List<Applied> state = new ArrayList<>();
    private long snapshotsFromOthers;
    private int activeEpoch = -1;

    SimQuorumNode(QuorumWorld world, int id, StoreMaker storeMaker) {
        this.world = world;
        this.id = id;
        this.storeMaker = storeMaker;
        this.directoryId = new UUID(1, id);
    }

    boolean up() {
        return node != null;
    }

    QuorumNode node() {
        return node;
    }

    MemoryQuorumStore store() {
        return store;
    }

    List<Applied> state() {
        return state;
    }

    /** Beyond the one that each life begins with. */
    long snapshotsFromOthers() {
        return snapshotsFromOthers;
    }

    boolean active() {
        return up() && activeEpoch >= 0;
    }

    /** The one in which this node may propose; -1 while it may not. */
    int activeEpoch() {
        return activeEpoch;
    }

    QuorumState role() {
        return node.machine().state();
    }

    void start() {
        Simulation simulation = world.simulation();
        SimNetwork<QuorumMessage> network = world.network();
        SimScheduler scheduler = simulation.scheduler();
        SimOwner life = new SimOwner(scheduler, "node " + id);
        owner = life;
        store = storeMaker.make(simulation, life, disk, "node " + id);
        store.onCut(world::cut);
        state = new ArrayList<>();
        activeEpoch = -1;
        Random jitter = simulation.random("jitter of " + id);
        QuorumSettings settings = new QuorumSettings(id, directoryId, world.voters(), 200, 60, 20)
                .knowing(world.nodes().stream().map(node -> node.id).collect(Collectors.toSet()));
        QuorumPorts ports = new QuorumPorts(
                life,
                simulation::nowMs,
                (delayMs, task) -> scheduler.after(delayMs, "alarm of " + id, () -> life.execute(task))::cancel,
                (to, message) -> network.send(id, to, message),
                jitter::nextInt,
                why -> world.halted(id, why));
        LoadedQuorum loaded = disk.load();
        node = new QuorumNode(
                settings,
                store,
                loaded,
                world.historyMaker().make(world.voters(), loaded.log().voters()),
                ports,
                world.snapshotBytes());
        node.onCommit(new Listener());
        network.join(id, node::receive);
        node.start();
    }

    /** The process dies, or the power goes: nothing but the disk stays. */
    void crash() {
        world.network().leave(id);
        owner.stop();
        store.lose();
        node = null;
        store = null;
        activeEpoch = -1;
    }

    /** The disk is replaced by an empty one, which has another directory id. */
    void loseDisk() {
        disk.election = ElectionState.INITIAL;
        disk.base = LogPosition.EMPTY;
        disk.log = new ArrayList<>();
        disk.snapshots.clear();
        disks++;
        directoryId = new UUID(disks, id);
    }

    UUID directoryId() {
        return directoryId;
    }

    /** Whether this node may vote by these voters: it has the disk it was made one with. */
    boolean votes(VoterSet voters) {
        return voters.contains(id, directoryId);
    }

    private final class Listener implements CommitListener {
        @Override
        public void committed(long baseOffset, int epoch, List<byte[]> records) {
            for (int i = 0; i < records.size(); i++) {
                Applied applied = new Applied(baseOffset + i, new String(records.get(i), StandardCharsets.UTF_8));
                state.add(applied);
                world.applied(id, state.size() - 1, applied);
            }
        }

        @Override
        public void snapshotLoaded(long endOffset, int epoch, List<byte[]> records) {
            if (!state.isEmpty() || node.machine().state().leaderId() >= 0) {
                snapshotsFromOthers++;
            }
            state = new ArrayList<>(records.stream().map(Applied::of).toList());
            for (int i = 0; i < state.size(); i++) {
                world.applied(id, i, state.get(i));
            }
        }

        @Override
        public Supplier<List<byte[]>> captureSnapshot() {
            List<Applied> copy = List.copyOf(state);
            return () -> copy.stream().map(Applied::bytes).toList();
        }

        @Override
        public void leadershipGained(int epoch) {
            activeEpoch = epoch;
        }

        @Override
        public void leadershipLost(int epoch) {
            activeEpoch = -1;
        }
    }
}
