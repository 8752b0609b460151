package io.millrace.simulation;

import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.CreatePartitions;
import io.millrace.membership.controller.CreateTopics;
import io.millrace.membership.controller.DeleteTopics;
import io.millrace.membership.controller.ElectLeaders;
import io.millrace.membership.controller.IncrementalAlterConfigs;
import io.millrace.membership.controller.ReassignPartitions;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.ConfigResource;
import io.millrace.verticles.coordinator.OffsetsTopic;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * Whoever administers the cluster while everything else goes on: replicas move, leaders are elected, records are deleted, and
 * a second topic is made, grows, and is deleted, again and again under the same name.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimAdmin {
    /** The topic that comes and goes. */
    static final String CHURNED = "u";

    /** Topics that are there from the beginning to the end. */
    private static final List<String> LASTING = List.of(ClusterWorld.TOPIC, ClusterWorld.COMPACTED, OffsetsTopic.NAME);

    private static final String MIN_INSYNC = "min.insync.replicas";
    private static final int CLIENT = 90;
    private static final int FIRST_CLIENT = 1_000;
    private static final int MOST_PARTITIONS = 3;
    private static final long EVERY_MS = 150;
    private static final int CANCELS_WITHIN_MS = 300;

    private record Place(UUID topicId, int partition) {}

    private record Clients(SimProducer producer, SimReader reader) {
        void stop() {
            producer.abandon();
            reader.stop();
        }
    }

    private final ClusterWorld world;
    private final Random random;
    private final Map<Place, Clients> clients = new HashMap<>();
    private final SimVoters voters;
    private final SimUnregistering unregistering;
    private final boolean churnedIsCompacted;
    private int lastClient = FIRST_CLIENT;
    private boolean settling;
    private long cancelled;
    private long topicsMade;

    SimAdmin(ClusterWorld world) {
        this.world = world;
        this.random = world.simulation().random("admin");
        this.voters = new SimVoters(world);
        this.unregistering = new SimUnregistering(world);
        this.churnedIsCompacted = random.nextBoolean();
        world.network().join(CLIENT, (from, message) -> {});
    }

    void start() {
        world.simulation().scheduler().after(EVERY_MS, "admin", this::look);
    }

    /** Incarnations of the churned topic so far. */
    long topicsMade() {
        return topicsMade;
    }

    SimVoters voters() {
        return voters;
    }

    SimUnregistering unregistering() {
        return unregistering;
    }

    private void look() {
        followChurned();
        if (settling) {
            settleSome();
        }
        start();
    }

    private void submit(ControllerCommand<?> command) {
        SimBroker asked = world.anyServing(random);
        if (asked != null) {
            // Whatever comes of it is seen in the metadata.
            asked.life().gateway().submit(command);
        }
    }

    /** Every incarnation of the churned topic gets clients, which end with it. */
    private void followChurned() {
        TopicImage topic = world.newestTopic(CHURNED);
        Iterator<Map.Entry<Place, Clients>> all = clients.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Place, Clients> one = all.next();
            if (topic == null || !topic.id().equals(one.getKey().topicId)) {
                one.getValue().stop();
                all.remove();
            }
        }
        if (topic == null) {
            return;
        }
        for (int partition = 0; partition < topic.partitionCount(); partition++) {
            Place place = new Place(topic.id(), partition);
            if (!clients.containsKey(place)) {
                topicsMade += partition == 0 ? 1 : 0;
                int key = ++lastClient;
                SimProducer producer = new SimProducer(world, key, topic.id(), partition, key, churnedIsCompacted);
                SimReader reader = new SimReader(world, ++lastClient, topic.id(), partition, key, churnedIsCompacted);
                clients.put(place, new Clients(producer, reader));
                producer.start();
                reader.start();
            }
        }
    }

    /** Makes the second topic, lets it grow, or deletes it. */
    void churn() {
        TopicImage topic = world.newestTopic(CHURNED);
        if (topic == null) {
            Map<String, String> configs = churnedIsCompacted ? world.compactedConfigs() : world.topicConfigs();
            submit(new CreateTopics(List.of(CreateTopics.NewTopic.of(CHURNED, 1, ClusterWorld.NODES, configs)), false));
        } else if (topic.partitionCount() < MOST_PARTITIONS && random.nextBoolean()) {
            submit(new CreatePartitions(
                    List.of(new CreatePartitions.Growth(CHURNED, topic.partitionCount() + 1, null)), false));
        } else {
            delete(topic);
        }
    }

    private void delete(TopicImage topic) {
        submit(new DeleteTopics(List.of(DeleteTopics.Target.withId(topic.id()))));
    }

    /** Gives a partition other replicas, two or three of them in any order. */
    void reassign() {
        List<Integer> nodes = new ArrayList<>(List.of(1, 2, 3));
        Collections.shuffle(nodes, random);
        TopicImage topic = world.newestTopic(LASTING.get(random.nextInt(LASTING.size())));
        if (topic != null) {
            reassign(topic.name(), random.nextInt(topic.partitionCount()), nodes.subList(random.nextInt(2), 3));
        }
    }

    void reassign(String topic, int partition, List<Integer> replicas) {
        submit(new ReassignPartitions(
                List.of(new ReassignPartitions.Target(topic, partition, List.copyOf(replicas))), true));
    }

    /** Begins a move, and soon has one of those that are under way end where it began. */
    void reassignAndCancel() {
        reassign();
        world.simulation().scheduler().after(random.nextInt(CANCELS_WITHIN_MS), "admin cancels", this::cancelOne);
    }

    private void cancelOne() {
        List<ReassignPartitions.Target> moving = new ArrayList<>();
        for (String name : LASTING) {
            TopicImage topic = world.newestTopic(name);
            for (PartitionImage partition : topic == null ? List.<PartitionImage>of() : topic.partitions()) {
                if (partition.isReassigning()) {
                    moving.add(new ReassignPartitions.Target(name, partition.partition(), null));
                }
            }
        }
        if (!moving.isEmpty()) {
            cancelled++;
            submit(new ReassignPartitions(List.of(moving.get(random.nextInt(moving.size()))), false));
        }
    }

    /** Moves that were under way when they were cancelled, as far as anybody knew. */
    long cancelled() {
        return cancelled;
    }

    void changeConfig() {
        switch (random.nextInt(4)) {
            case 0 -> configure(ClusterWorld.TOPIC, MIN_INSYNC, Integer.toString(2 + random.nextInt(2)));
            case 1 ->
                configure(
                        ClusterWorld.TOPIC, "internal.segment.bytes", Integer.toString(1_000 + random.nextInt(5_000)));
            case 2 ->
                configure(
                        ClusterWorld.COMPACTED, "cleanup.policy", random.nextBoolean() ? "compact" : "compact,delete");
            default ->
                configure(ClusterWorld.COMPACTED, "min.cleanable.dirty.ratio", random.nextBoolean() ? "0.01" : "0.6");
        }
    }

    private void configure(String topic, String name, String value) {
        submit(new IncrementalAlterConfigs(
                List.of(new IncrementalAlterConfigs.Resource(
                        ConfigResource.Type.TOPIC.id(),
                        topic,
                        List.of(new IncrementalAlterConfigs.Change(
                                name, IncrementalAlterConfigs.Operation.SET, value)))),
                false));
    }

    private boolean demandsTooMany() {
        String minInsync = world.newestImage()
                .configs(ConfigResource.topic(ClusterWorld.TOPIC))
                .get(MIN_INSYNC);
        return minInsync != null && !minInsync.equals("2");
    }

    void electPreferred() {
        submit(new ElectLeaders(false, null));
    }

    /** Everything before some offset that readers have passed may go. */
    void deleteRecords() {
        int partition = random.nextInt(ClusterWorld.PARTITIONS);
        deleteRecords(partition, world.ledger().mayGo(partition, random));
    }

    void deleteRecords(int partition, long upTo) {
        TopicImage topic = world.newestTopic(ClusterWorld.TOPIC);
        world.ledger().deleted(partition, upTo);
        if (topic != null && upTo > 0 && topic.partition(partition).hasLeader()) {
            world.network()
                    .send(
                            CLIENT,
                            topic.partition(partition).leader(),
                            new SimMessage.DeleteRecords(topic.id(), partition, upTo));
        }
    }

    /** All partitions on all nodes again, and the second topic gone. */
    void settle() {
        settling = true;
    }

    boolean isSettled() {
        return clients.isEmpty()
                && world.newestTopic(CHURNED) == null
                && misplaced().isEmpty()
                && !demandsTooMany()
                && voters.areWhole();
    }

    private Map<PartitionImage, String> misplaced() {
        Map<PartitionImage, String> misplaced = new LinkedHashMap<>();
        for (String name : LASTING) {
            TopicImage topic = world.newestTopic(name);
            for (PartitionImage partition : topic == null ? List.<PartitionImage>of() : topic.partitions()) {
                if (partition.replicas().length < ClusterWorld.NODES || partition.isReassigning()) {
                    misplaced.put(partition, name);
                }
            }
        }
        return misplaced;
    }

    private void settleSome() {
        voters.mend();
        if (demandsTooMany()) {
            configure(ClusterWorld.TOPIC, MIN_INSYNC, "2");
        }
        TopicImage churned = world.newestTopic(CHURNED);
        if (churned != null) {
            delete(churned);
        }
        misplaced().forEach((partition, topic) -> {
            if (!partition.isReassigning() || random.nextInt(4) == 0) {
                reassign(topic, partition.partition(), List.of(1, 2, 3));
            }
        });
    }
}
