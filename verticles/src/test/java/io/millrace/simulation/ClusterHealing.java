package io.millrace.simulation;

import io.millrace.sim.Simulation;
import java.util.List;

/**
 * The end of a run: what was broken is mended, and a cluster without faults has to go on and to have lost nothing.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ClusterHealing {
    private static final long HEALS_WITHIN_MS = 60_000;
    private static final int A_FEW = 4;
    private static final int ENOUGH = 20;
    /** After their members have died: then the coordinators have written that down. */
    private static final long GROUPS_REST_MS = 8_000;

    private final ClusterWorld world;
    private final ClusterWorld.Topics topics;
    private final Simulation simulation;
    private final ClusterClients clients;
    private final List<SimBroker> brokers;

    ClusterHealing(ClusterWorld world, ClusterWorld.Topics topics) {
        this.world = world;
        this.topics = topics;
        this.simulation = world.simulation();
        this.clients = world.clients();
        this.brokers = world.brokers();
    }

    /** Everything works again: then everything must, soon; afterwards all replicas are compared. */
    void healAndDemandProgress() {
        world.network().heal();
        world.network().delay(1, 5);
        for (SimBroker broker : brokers) {
            if (!broker.isUp()) {
                broker.start();
            } else {
                if (broker.isPaused()) {
                    broker.goOn();
                }
                broker.slowDisk(false);
            }
        }
        while (clients.anyMember(simulation.random("driver"), false, SimMember::start)) {}
        world.admin().settle();
        if (brokers.stream().anyMatch(SimBroker::lacksWhatOthersHave)) {
            world.tally().producersWentOnWithoutADirectory();
            clients.goOn(
                    A_FEW, "every producer goes on without a log directory", HEALS_WITHIN_MS, this::startWhoIsDown);
        }
        brokers.forEach(this::mendDirectory);
        brokers.stream()
                .filter(broker -> broker.isUp() && broker.life().lacksADirectory())
                .forEach(broker -> {
                    broker.kill();
                    broker.start();
                });
        simulation.runUntil("all replicas are in sync", HEALS_WITHIN_MS, () -> {
            startWhoIsDown();
            return world.admin().isSettled() && world.canSpareDisk();
        });
        clients.groupsSettle(HEALS_WITHIN_MS);
        clients.goOn(ENOUGH, "every producer goes on", HEALS_WITHIN_MS, this::startWhoIsDown);
        clients.stopProducers();
        simulation.runUntil("what is under way arrives", HEALS_WITHIN_MS, clients::areProducersIdle);
        ClusterContents contents = new ClusterContents(world);
        simulation.runUntil(
                "all replicas end alike",
                HEALS_WITHIN_MS,
                () -> contents.endAlike(topics.plain(), ClusterWorld.PARTITIONS)
                        && contents.endAlike(topics.compacted(), 1));
        contents.compare(topics.plain(), ClusterWorld.PARTITIONS);
        contents.compareCompacted(topics.compacted(), 0, ClusterWorld.COMPACTED_KEY);
        while (clients.anyMember(simulation.random("driver"), true, SimMember::crash)) {}
        simulation.runFor(GROUPS_REST_MS);
        simulation.runUntil(
                "internal topics end alike",
                HEALS_WITHIN_MS,
                () -> contents.endAlike(topics.offsets(), ClusterWorld.OFFSETS_PARTITIONS));
        contents.understoodAlike(topics.offsets(), ClusterWorld.OFFSETS_PARTITIONS);
        contents.demandNoStrays();
    }

    /** Whoever was about to stop when it healed has stopped. */
    private void startWhoIsDown() {
        brokers.stream().filter(broker -> !broker.isUp()).forEach(SimBroker::start);
    }

    private void mendDirectory(SimBroker broker) {
        if (broker.second() == SimBroker.Second.FINE) {
            return;
        }
        if (broker.isUp()) {
            broker.kill();
        }
        if (broker.second() == SimBroker.Second.FAILING) {
            broker.mendSecond();
        } else {
            broker.giveUpSecond();
        }
        broker.start();
    }
}
