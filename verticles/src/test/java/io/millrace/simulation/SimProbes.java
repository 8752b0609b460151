package io.millrace.simulation;

import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.quorum.QuorumPorts;
import io.millrace.verticles.quorum.ProbeOutcome;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What {@code CrashHints} does with hints that a node may have died, over a simulated network: the node is probed, and what
 * came of it is told.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimProbes {
    static final long TIMEOUT_MS = 150;

    /** As {@code CrashHints.Verdict}. */
    interface Verdict {
        void probed(int brokerId, ProbeOutcome found, boolean sameLife);
    }

    private record Open(int brokerId, Optional<UUID> known, boolean isRefused) {}

    private final SimLife life;
    private final ClusterWorld world;
    private final int self;
    private final QuorumPorts.Alarm alarm;
    private final Verdict verdict;
    private final Set<Integer> probing = new HashSet<>();
    private final Map<Long, Open> open = new HashMap<>();

    SimProbes(SimLife life, ClusterWorld world, int self, QuorumPorts.Alarm alarm, Verdict verdict) {
        this.life = life;
        this.world = world;
        this.self = self;
        this.alarm = alarm;
        this.verdict = verdict;
    }

    void suspect(int brokerId) {
        if (brokerId == self || !probing.add(brokerId)) {
            return;
        }
        long call = world.nextStamp();
        BrokerImage known = life.image().broker(brokerId);
        // Where no process is the operating system says so, if it can be reached.
        boolean refused = !world.broker(brokerId).isUp() && world.network().reaches(brokerId, self);
        open.put(call, new Open(brokerId, Optional.ofNullable(known).map(BrokerImage::incarnation), refused));
        world.network().send(self, brokerId, new SimMessage.Probe(call));
        alarm.set(TIMEOUT_MS, () -> settle(call, Optional.empty()));
    }

    void answered(long call, UUID incarnation) {
        settle(call, Optional.of(incarnation));
    }

    private void settle(long call, Optional<UUID> answered) {
        Open probe = open.remove(call);
        if (probe == null) {
            return;
        }
        probing.remove(probe.brokerId);
        boolean sameLife = answered.isPresent() && (probe.known.isEmpty() || probe.known.equals(answered));
        boolean silent = answered.isEmpty() && !probe.isRefused;
        verdict.probed(probe.brokerId, new ProbeOutcome(answered, silent), sameLife);
    }
}
