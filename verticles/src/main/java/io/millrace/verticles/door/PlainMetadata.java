package io.millrace.verticles.door;

import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.verticles.node.Node;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Nodes, topics and leaders as JSON.
 *
 * <p>Thread: the door's loop.
 */
final class PlainMetadata {
    static final Set<String> FIELDS = Set.of("op", "topics");

    /** More topics than this are not listed without being asked for by name. */
    private static final int MAX_TOPICS = 5_000;

    private final Node node;

    PlainMetadata(Node node) {
        this.node = node;
    }

    /** @param wanted names, or null for all topics */
    JsonObject describe(Object wanted) {
        MetadataImage image = node.image();
        JsonArray nodes = new JsonArray();
        for (BrokerImage broker : image.brokers().values()) {
            if (!broker.fenced()) {
                nodes.add(new JsonObject()
                        .put("id", broker.id())
                        .put("address", DoorAddresses.of(broker.id()))
                        .put("rack", broker.rack()));
            }
        }
        JsonArray topics = new JsonArray();
        for (String name : names(image, wanted)) {
            TopicImage topic = image.topic(name);
            topics.add(topic == null ? unknown(name) : describe(topic));
        }
        return new JsonObject()
                .put("clusterId", node.clusterId())
                .put("node", node.brokerId())
                .put("nodes", nodes)
                .put("topics", topics);
    }

    private static Collection<String> names(MetadataImage image, Object wanted) {
        List<String> names = new ArrayList<>();
        if (wanted == null) {
            image.topics().stream().limit(MAX_TOPICS).forEach(topic -> names.add(topic.name()));
            return names;
        }
        if (!(wanted instanceof JsonArray list)) {
            throw notNames(wanted);
        }
        for (Object name : list) {
            if (!(name instanceof String text) || names.size() >= MAX_TOPICS) {
                throw notNames(name instanceof String ? wanted : name);
            }
            names.add(text);
        }
        return names;
    }

    private static DoorFailure notNames(Object value) {
        return PlainFields.wrong("topics", value, "a list of at most " + MAX_TOPICS + " names");
    }

    private static JsonObject unknown(String name) {
        return new JsonObject().put("name", name).put("error", "UNKNOWN_TOPIC_OR_PARTITION");
    }

    private static JsonObject describe(TopicImage topic) {
        JsonArray partitions = new JsonArray();
        for (PartitionImage partition : topic.partitions()) {
            JsonObject told = new JsonObject()
                    .put("partition", partition.partition())
                    .put("leader", partition.leader())
                    .put("leaderEpoch", partition.leaderEpoch())
                    .put("replicas", ids(partition.replicas()))
                    .put("isr", ids(partition.isr()));
            if (partition.hasLeader()) {
                told.put("address", DoorAddresses.of(partition.leader()));
            }
            partitions.add(told);
        }
        return new JsonObject()
                .put("name", topic.name())
                .put("id", topic.id().toString())
                .put("partitions", partitions);
    }

    /** How many partitions an answer tells of. */
    static int partitions(JsonObject described) {
        int partitions = 0;
        for (Object topic : described.getJsonArray("topics")) {
            JsonArray told = ((JsonObject) topic).getJsonArray("partitions");
            partitions += 1 + (told == null ? 0 : told.size());
        }
        return partitions;
    }

    private static JsonArray ids(int[] brokers) {
        JsonArray ids = new JsonArray();
        for (int broker : brokers) {
            ids.add(broker);
        }
        return ids;
    }
}
