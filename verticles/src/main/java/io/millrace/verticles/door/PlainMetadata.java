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

/**
 * Nodes, topics and leaders as JSON.
 *
 * <p>Thread: the door's loop.
 */
final class PlainMetadata {
    /** More topics than this are not listed without being asked for by name. */
    private static final int MAX_TOPICS = 5_000;

    private final Node node;

    PlainMetadata(Node node) {
        this.node = node;
    }

    /** @param wanted names, or null for all topics */
    JsonObject describe(JsonArray wanted) {
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

    private static Collection<String> names(MetadataImage image, JsonArray wanted) {
        List<String> names = new ArrayList<>();
        if (wanted == null) {
            image.topics().stream().limit(MAX_TOPICS).forEach(topic -> names.add(topic.name()));
            return names;
        }
        for (Object name : wanted) {
            if (!(name instanceof String text) || names.size() >= MAX_TOPICS) {
                throw PlainFields.wrong("topics", wanted, "a list of at most " + MAX_TOPICS + " names");
            }
            names.add(text);
        }
        return names;
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

    private static JsonArray ids(int[] brokers) {
        JsonArray ids = new JsonArray();
        for (int broker : brokers) {
            ids.add(broker);
        }
        return ids;
    }
}
