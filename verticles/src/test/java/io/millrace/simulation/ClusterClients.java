package io.millrace.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Who writes to a simulated cluster, who reads there, and the groups that share the work.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ClusterClients {
    private static final int FIRST_CLIENT = 100;
    private static final int FIRST_OF_COMPACTED = 150;
    /** Several, so that what is not committed yet may fill a segment. */
    private static final int PRODUCERS_OF_COMPACTED = 2;

    private static final int FIRST_MEMBER = 200;
    private static final int MEMBERS = 6;
    /** They are kept in different partitions. */
    private static final List<String> GROUPS = List.of("g0", "g1");

    private static final long READS_AGAIN_MS = 500;

    private final ClusterWorld world;
    private final List<SimProducer> producers = new ArrayList<>();
    private final List<SimMember> members = new ArrayList<>();

    ClusterClients(ClusterWorld world) {
        this.world = world;
    }

    void start(ClusterWorld.Topics topics) {
        for (int partition = 0; partition < ClusterWorld.PARTITIONS; partition++) {
            produce(new SimProducer(world, FIRST_CLIENT + partition, topics.plain(), partition, partition, false));
            new SimReader(
                            world,
                            FIRST_CLIENT + ClusterWorld.PARTITIONS + partition,
                            topics.plain(),
                            partition,
                            partition,
                            false)
                    .start();
        }
        for (int i = 0; i < PRODUCERS_OF_COMPACTED; i++) {
            produce(new SimProducer(
                    world, FIRST_OF_COMPACTED + i, topics.compacted(), 0, ClusterWorld.COMPACTED_KEY, true));
        }
        new SimReader(
                        world,
                        FIRST_OF_COMPACTED + PRODUCERS_OF_COMPACTED,
                        topics.compacted(),
                        0,
                        ClusterWorld.COMPACTED_KEY,
                        true)
                .start();
        for (int i = 0; i < MEMBERS; i++) {
            SimMember member = new SimMember(world, FIRST_MEMBER + i, GROUPS.get(i % GROUPS.size()));
            members.add(member);
            member.start();
        }
    }

    private void produce(SimProducer producer) {
        producers.add(producer);
        producer.start();
    }

    /** Does something to a member that is up, or to one that is not; false when there is none. */
    boolean anyMember(Random random, boolean up, Consumer<SimMember> action) {
        List<SimMember> eligible =
                members.stream().filter(member -> member.isUp() == up).toList();
        if (eligible.isEmpty()) {
            return false;
        }
        action.accept(eligible.get(random.nextInt(eligible.size())));
        return true;
    }

    void stopProducers() {
        producers.forEach(SimProducer::stop);
    }

    /** Nothing that was produced is still under way. */
    boolean areProducersIdle() {
        return producers.stream().allMatch(SimProducer::isIdle);
    }

    /** Until every producer has got so many records more acknowledged. */
    void goOn(int records, String what, long withinMs, Runnable everyTime) {
        long[] before = producers.stream().mapToLong(SimProducer::acknowledged).toArray();
        world.simulation().runUntil(what, withinMs, () -> {
            everyTime.run();
            for (int i = 0; i < before.length; i++) {
                if (producers.get(i).acknowledged() < before[i] + records) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Until every partition has one owner, commits go on, and what was acknowledged has been read. */
    void groupsSettle(long withinMs) {
        world.simulation().runUntil("every partition has one owner", withinMs, () -> GROUPS.stream()
                .allMatch(this::isSettled));
        Map<String, Long> before = new HashMap<>();
        GROUPS.forEach(group -> before.put(group, world.groupLedger().acknowledged(group)));
        world.simulation().runUntil("every group commits", withinMs, () -> GROUPS.stream()
                .allMatch(group -> world.groupLedger().acknowledged(group) > before.get(group)));
        boolean[] read = new boolean[MEMBERS];
        readAll(read);
        world.simulation().runUntil("what was committed is read", withinMs, () -> all(read));
    }

    /** Again and again: a member that joins anew meanwhile does not hear the answer. */
    private void readAll(boolean[] read) {
        for (int i = 0; i < MEMBERS; i++) {
            int number = i;
            if (!read[i]) {
                members.get(i).readAll(() -> read[number] = true);
            }
        }
        if (!all(read)) {
            world.simulation().scheduler().after(READS_AGAIN_MS, "members read", () -> readAll(read));
        }
    }

    private static boolean all(boolean[] values) {
        for (boolean value : values) {
            if (!value) {
                return false;
            }
        }
        return true;
    }

    private boolean isSettled(String group) {
        Set<Integer> owned = new TreeSet<>();
        Set<Integer> generations = new TreeSet<>();
        int count = 0;
        for (SimMember member : members) {
            if (member.group().equals(group)) {
                owned.addAll(member.owned());
                count += member.owned().size();
                generations.add(member.generation());
            }
        }
        return count == SimMember.PARTITIONS && owned.size() == count && generations.size() == 1;
    }
}
