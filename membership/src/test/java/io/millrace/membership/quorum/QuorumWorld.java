package io.millrace.membership.quorum;

import io.millrace.membership.quorum.SimQuorumNode.Applied;
import io.millrace.sim.SimNetwork;
import io.millrace.sim.Simulation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A whole quorum on one thread: nodes, network, clients that propose, and the record of what was promised to them.
 *
 * <p>Thread: the simulation's only thread.
 */
final class QuorumWorld {
    private final Simulation simulation;
    private final SimNetwork<QuorumMessage> network;
    private final List<SimQuorumNode> nodes = new ArrayList<>();
    private final VoterSet voters;
    private SimQuorumNode.HistoryMaker historyMaker = VoterHistory::new;
    private final Random client;
    /** The one history: what was applied first at each place, by whoever was first. */
    private final List<Applied> history = new ArrayList<>();

    private final Map<Long, String> acknowledged = new TreeMap<>();
    private final List<String> complaints = new ArrayList<>();
    private long proposed;
    private int unknown;
    private long cuts;

    QuorumWorld(long seed, int voterCount, int observerCount, SimQuorumNode.StoreMaker storeMaker) {
        simulation = new Simulation(seed);
        network = new SimNetwork<>(simulation);
        client = simulation.random("client");
        Map<Integer, UUID> ids = new HashMap<>();
        for (int id = 1; id <= voterCount; id++) {
            ids.put(id, new UUID(1, id));
        }
        voters = new VoterSet(ids);
        for (int id = 1; id <= voterCount + observerCount; id++) {
            nodes.add(new SimQuorumNode(this, id, storeMaker));
        }
        simulation
                .always(new QuorumInvariants.ElectionSafety(this))
                .always(new QuorumInvariants.LogMatching(this))
                .always(new QuorumInvariants.LeaderCompleteness(this))
                .always(new QuorumInvariants.StateMachineSafety(this))
                .always(new QuorumInvariants.CommittedNeverLost(this))
                .always(new QuorumInvariants.HighWatermarkMonotonic(this));
    }

    static QuorumWorld of(long seed, int voterCount) {
        return new QuorumWorld(seed, voterCount, voterCount > 1 ? 1 : 0, MemoryQuorumStore::new);
    }

    void startAll() {
        nodes.stream().filter(n -> !n.up()).forEach(SimQuorumNode::start);
    }

    Simulation simulation() {
        return simulation;
    }

    SimNetwork<QuorumMessage> network() {
        return network;
    }

    void historyMaker(SimQuorumNode.HistoryMaker maker) {
        historyMaker = maker;
    }

    SimQuorumNode.HistoryMaker historyMaker() {
        return historyMaker;
    }

    /** Those of the beginning. */
    VoterSet voters() {
        return voters;
    }

    long snapshotBytes() {
        return 120;
    }

    List<SimQuorumNode> nodes() {
        return nodes;
    }

    SimQuorumNode node(int id) {
        return nodes.get(id - 1);
    }

    List<SimQuorumNode> voterNodes() {
        return nodes.stream().filter(n -> voters.contains(n.id)).toList();
    }

    List<Applied> history() {
        return history;
    }

    Map<Long, String> acknowledged() {
        return acknowledged;
    }

    void cut() {
        cuts++;
    }

    long cuts() {
        return cuts;
    }

    int unknown() {
        return unknown;
    }

    List<String> complaints() {
        return complaints;
    }

    void halted(int id, String why) {
        complaints.add("node " + id + " halted: " + why);
    }

    /** Every node applies the same at the same place. */
    void applied(int id, int index, Applied applied) {
        if (index == history.size()) {
            history.add(applied);
        } else if (index > history.size()) {
            complaints.add("node " + id + " applied " + applied + " at place " + index + ", the history has only "
                    + history.size());
        } else if (!history.get(index).equals(applied)) {
            complaints.add("node " + id + " applied " + applied + " where another applied " + history.get(index));
        }
    }

    /** A client proposes at whoever believes to lead, every so often, until the time is over. */
    void proposeEvery(int meanMs, long untilMs) {
        simulation.scheduler().after(1 + client.nextInt(2 * meanMs), "client", () -> {
            if (simulation.nowMs() < untilMs) {
                proposeOnce();
                proposeEvery(meanMs, untilMs);
            }
        });
    }

    void proposeOnce() {
        List<SimQuorumNode> active =
                nodes.stream().filter(SimQuorumNode::active).toList();
        if (active.isEmpty()) {
            return;
        }
        SimQuorumNode leader = active.get(client.nextInt(active.size()));
        List<byte[]> records = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (int i = client.nextInt(3); i >= 0; i--) {
            String value = "v" + proposed++;
            values.add(value);
            records.add(value.getBytes(StandardCharsets.UTF_8));
        }
        long baseOffset = leader.node().machine().endOffset();
        leader.node().propose(leader.activeEpoch(), baseOffset, records).whenComplete((lastOffset, failure) -> {
            if (failure != null) {
                unknown++;
                return;
            }
            if (lastOffset != baseOffset + values.size() - 1) {
                complaints.add(values + " lie up to " + lastOffset + " and were decided for " + baseOffset);
            }
            for (int i = 0; i < values.size(); i++) {
                acknowledged.put(lastOffset - values.size() + 1 + i, values.get(i));
            }
        });
    }

    /** Everybody is up and reachable: within a bounded time a new record is committed and known everywhere. */
    void healAndDemandProgress() {
        network.heal();
        network.delay(1, 5);
        startAll();
        int before = acknowledged.size();
        simulation.runUntil("a leader is active", 20_000, () -> nodes.stream().anyMatch(SimQuorumNode::active));
        for (int attempt = 0; attempt < 50 && acknowledged.size() == before; attempt++) {
            proposeOnce();
            simulation.runFor(200);
        }
        if (acknowledged.size() == before) {
            throw simulation.violation("Progress", "nothing is committed after everything was healed");
        }
        simulation.runUntil("all nodes have applied the whole history", 20_000, () -> nodes.stream()
                .allMatch(n -> n.up() && n.state().size() == history.size()));
        simulation.check();
    }
}
