package io.millrace.simulation;

import io.millrace.sim.PowerLoss;
import io.millrace.sim.Simulation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What goes wrong in a cluster, and what people do to it meanwhile: one thing after the other, drawn from the seed.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ClusterTroubles {
    private static final int MAX_PAUSE_BETWEEN_MS = 750;
    private static final int MAX_STANDSTILL_MS = 4_000;
    private static final int MAX_SLOW_MS = 4_000;
    private static final int MAX_CLOCK_OFF_MS = 30 * 60 * 1_000;

    /** Each kind, and how often it is drawn in relation to the others. */
    enum Kind {
        KILL(4),
        START(6),
        KILL_AND_START(2),
        STOP_IN_ORDER(3),
        STAND_STILL(3),
        LOSE_POWER(3),
        LOSE_DISK(1),
        UNREGISTER(1),
        FAIL_DIRECTORY(2),
        MEND_DIRECTORY(4),
        SLOW_DISK(2),
        SET_CLOCK(2),
        ISOLATE(2),
        BRIDGE(2),
        ONE_WAY(2),
        BAD_LINES(3),
        HEAL(7),
        FALSE_HINT(3),
        FALSE_SPLIT(2),
        CHURN_TOPIC(8),
        REASSIGN(3),
        ELECT_PREFERRED(2),
        DELETE_RECORDS(2),
        CHANGE_VOTERS(3),
        REASSIGN_AND_CANCEL(3),
        CHANGE_CONFIG(2),
        MOVE_BETWEEN_DIRECTORIES(3),
        MEMBER_DIES(2),
        MEMBER_LEAVES(2),
        MEMBER_STARTS(4);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    private final ClusterWorld world;
    private final Simulation simulation;
    private final Random random;
    private final List<Kind> lots = new ArrayList<>();
    private final Map<Kind, Integer> caused = new EnumMap<>(Kind.class);
    private boolean directoryIsSpare;
    /** Something is lost, or was given up with its directory, and since then not everything was on every node. */
    private boolean lossIsFresh;

    ClusterTroubles(ClusterWorld world) {
        this.world = world;
        this.simulation = world.simulation();
        this.random = simulation.random("trouble");
        for (Kind kind : Kind.values()) {
            lots.addAll(Collections.nCopies(kind.weight * world.times(kind), kind));
        }
    }

    /** One after the other until then. */
    void cause(long untilMs) {
        simulation.scheduler().after(50 + random.nextInt(MAX_PAUSE_BETWEEN_MS), "trouble", () -> {
            if (simulation.nowMs() < untilMs) {
                Kind kind = lots.get(random.nextInt(lots.size()));
                world.tell("trouble: " + kind);
                if (cause(kind)) {
                    caused.merge(kind, 1, Integer::sum);
                }
                cause(untilMs);
            }
        });
    }

    /** How often each kind has really happened. */
    Map<Kind, Integer> caused() {
        return caused;
    }

    /** False when there was nothing to which it could happen. */
    private boolean cause(Kind kind) {
        lossIsFresh = lossIsFresh && !world.canSpareDisk();
        SimBroker one = world.brokers().get(random.nextInt(ClusterWorld.NODES));
        SimBroker other = world.brokers().get(random.nextInt(ClusterWorld.NODES));
        return switch (kind) {
            case KILL -> one.isUp() && done(() -> kill(one));
            case START -> !one.isUp() && done(one::start);
            case KILL_AND_START ->
                one.isUp()
                        && done(() -> {
                            kill(one);
                            one.start();
                        });
            case STOP_IN_ORDER -> one.isServing() && done(one::leave);
            case STAND_STILL -> one.isUp() && !one.isPaused() && done(() -> standStill(one));
            case LOSE_POWER -> losePower(one);
            case LOSE_DISK -> loseDisk(one);
            case UNREGISTER -> unregister(one);
            case FAIL_DIRECTORY -> failDirectory(one);
            case MEND_DIRECTORY -> world.brokers().stream().anyMatch(this::mendDirectory);
            case SLOW_DISK -> one.isUp() && done(() -> slowDisk(one));
            case SET_CLOCK -> done(() -> one.setClock(random.nextInt(2 * MAX_CLOCK_OFF_MS) - MAX_CLOCK_OFF_MS));
            case ISOLATE -> done(() -> world.network().partition(one.id()));
            case BRIDGE -> one != other && done(() -> world.network().cut(one.id(), other.id()));
            case ONE_WAY -> one != other && done(() -> world.network().oneWay(one.id(), other.id()));
            case BAD_LINES -> done(this::badLines);
            case HEAL -> done(world.network()::heal);
            case FALSE_HINT ->
                one != other && one.isUp() && done(() -> one.life().suspect(other.id()));
            case FALSE_SPLIT -> one.isUp() && done(() -> split(one));
            case CHURN_TOPIC -> done(world.admin()::churn);
            case REASSIGN -> done(world.admin()::reassign);
            case ELECT_PREFERRED -> done(world.admin()::electPreferred);
            case DELETE_RECORDS -> done(world.admin()::deleteRecords);
            case CHANGE_VOTERS -> done(world.admin().voters()::change);
            case REASSIGN_AND_CANCEL -> done(world.admin()::reassignAndCancel);
            case CHANGE_CONFIG -> done(world.admin()::changeConfig);
            case MOVE_BETWEEN_DIRECTORIES ->
                one.isServing() && done(() -> one.life().moveAny(random));
            case MEMBER_DIES -> world.clients().anyMember(random, true, SimMember::crash);
            case MEMBER_LEAVES -> world.clients().anyMember(random, true, SimMember::leave);
            case MEMBER_STARTS -> world.clients().anyMember(random, false, SimMember::start);
        };
    }

    private static boolean done(Runnable action) {
        action.run();
        return true;
    }

    /** The others' connections to it are closed by the operating system; most notice. */
    private void kill(SimBroker one) {
        one.kill();
        for (SimBroker witness : world.brokers()) {
            if (witness.isUp() && random.nextInt(3) > 0) {
                simulation.scheduler().after(1 + random.nextInt(20), "a hint", () -> {
                    if (witness.isUp()) {
                        witness.life().suspect(one.id());
                    }
                });
            }
        }
    }

    private void standStill(SimBroker one) {
        one.pause();
        SimLife paused = one.life();
        simulation.scheduler().after(50 + random.nextInt(MAX_STANDSTILL_MS), "a pause ends", () -> {
            if (one.life() == paused && one.isPaused()) {
                one.goOn();
            }
        });
    }

    /** Page caches hold the only copies where nothing is synced: there only one that others have as well may be lost. */
    private boolean losePower(SimBroker one) {
        if (!one.isUp() || !(world.groupMode() || world.canSpareDisk())) {
            return false;
        }
        lossIsFresh = true;
        one.losePower(random.nextBoolean() ? PowerLoss.SEEDED : PowerLoss.DROPS_UNSYNCED);
        if (random.nextBoolean()) {
            one.start();
        }
        return true;
    }

    /** Only what others have, and only while all of them vote. */
    private boolean loseDisk(SimBroker one) {
        SimVoters voters = world.admin().voters();
        if (!one.isUp() || !world.canSpareDisk() || !voters.areWhole() || voters.isChanging()) {
            return false;
        }
        lossIsFresh = true;
        one.loseDisk();
        if (random.nextBoolean()) {
            one.start();
        }
        return true;
    }

    /**
     * Only whom the others can do without: of an unregistered node that dies, or of which the next controller hears, nothing is believed.
     * It lives and goes on, it stands still, it has just died, or it has died and lost its disk.
     */
    private boolean unregister(SimBroker one) {
        SimVoters voters = world.admin().voters();
        if (!one.isUp() || !world.canSpareDisk()) {
            return false;
        }
        boolean maySpareVote = voters.areWhole() && !voters.isChanging();
        lossIsFresh = true;
        switch (random.nextInt(4)) {
            case 0 -> {
                if (!one.isPaused()) {
                    standStill(one);
                }
            }
            case 1 -> kill(one);
            case 2 -> {
                if (maySpareVote) {
                    one.loseDisk();
                } else {
                    kill(one);
                }
            }
            default -> {}
        }
        world.admin().unregistering().unregister(one.id());
        if (!one.isUp() && random.nextBoolean()) {
            one.start();
        }
        return true;
    }

    /**
     * One at a time, and not while one of the minimum's two has just lost what it had, or had it given up: a replica whose directory is
     * mended is no last known leader, and where nobody else is eligible the partition waits for an operator. What is in it is there
     * again when it is mended; it may be given up if others have it as well.
     */
    private boolean failDirectory(SimBroker one) {
        if (!one.isUp() || world.brokers().stream().anyMatch(broker -> broker.second() != SimBroker.Second.FINE)) {
            return false;
        }
        directoryIsSpare = world.canSpareDisk();
        if (lossIsFresh && !directoryIsSpare) {
            return false;
        }
        lossIsFresh = true;
        one.failSecond(directoryIsSpare);
        return true;
    }

    private boolean mendDirectory(SimBroker one) {
        if (one.second() == SimBroker.Second.FINE) {
            return false;
        }
        if (one.isUp() && random.nextBoolean()) {
            // Whether the controller has heard of it or not.
            kill(one);
        } else if (one.isServing()) {
            one.leave();
            return false;
        }
        if (one.isUp()) {
            return false;
        }
        if (one.second() == SimBroker.Second.TAKEN_AWAY) {
            one.giveUpSecond();
        } else if (directoryIsSpare && random.nextInt(3) > 0) {
            one.takeSecondAway();
            if (random.nextBoolean()) {
                one.giveUpSecond();
            }
        } else {
            one.mendSecond();
        }
        if (random.nextBoolean()) {
            one.start();
        }
        return true;
    }

    private void slowDisk(SimBroker one) {
        one.slowDisk(true);
        SimLife slow = one.life();
        simulation.scheduler().after(500 + random.nextInt(MAX_SLOW_MS), "a disk is quick again", () -> {
            if (one.life() == slow) {
                one.slowDisk(false);
            }
        });
    }

    private void badLines() {
        world.network().loss(random.nextDouble() * 0.2);
        world.network().duplication(random.nextDouble() * 0.2);
        world.network().reordering(random.nextDouble() * 0.3);
        world.network().delay(1, 1 + random.nextInt(40));
    }

    /** Hazelcast sees some of the members only, in any order, and says of the others that they are lost. */
    private void split(SimBroker one) {
        List<Integer> seen = new ArrayList<>(List.of(1, 2, 3));
        Collections.shuffle(seen, random);
        List<Integer> lost = new ArrayList<>(seen.subList(0, random.nextInt(ClusterWorld.NODES)));
        seen.removeAll(lost);
        one.life().membersAre(seen);
        lost.forEach(one.life()::suspect);
    }
}
