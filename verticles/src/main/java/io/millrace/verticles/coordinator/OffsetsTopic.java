package io.millrace.verticles.coordinator;

import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.controller.CreateTopics;
import io.millrace.membership.image.MetadataImage;
import io.millrace.verticles.node.ControllerGateway;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@code __consumer_offsets}: where groups are kept, made when somebody first asks for a coordinator.
 *
 * <p>However many ask at the same time, on however many nodes, it is made once: a node has one request under way, and the
 * controller knows one topic of a name.
 *
 * <p>Thread: any; one lock, held for a few instructions.
 */
public final class OffsetsTopic {
    public static final String NAME = "__consumer_offsets";

    private final Supplier<MetadataImage> images;
    private final EffectiveConfigs configs;
    private final Supplier<ControllerGateway> controller;
    private Promise<Void> creating;

    /** Asks {@code controller} for the topic when {@code images} has none. */
    public OffsetsTopic(
            Supplier<MetadataImage> images, EffectiveConfigs configs, Supplier<ControllerGateway> controller) {
        this.images = images;
        this.configs = configs;
        this.controller = controller;
    }

    /** Which of so many partitions keeps a group; clients and tools compute the same. */
    public static int partitionOf(String groupId, int partitions) {
        int hash = groupId.hashCode();
        return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % partitions;
    }

    /** Done when the topic exists and this node knows it; fails when it could not be made. */
    public Future<Void> ensure() {
        if (images.get().topic(NAME) != null) {
            return Future.succeededFuture();
        }
        Promise<Void> mine = Promise.promise();
        synchronized (this) {
            if (creating != null) {
                return creating.future();
            }
            creating = mine;
        }
        CreateTopics command = new CreateTopics(List.of(wanted(images.get())), false);
        controller.get().submit(command).onComplete(done -> {
            synchronized (this) {
                creating = null;
            }
            if (done.failed()) {
                mine.fail(done.cause());
                return;
            }
            CreateTopics.Result result = done.result().topics().get(0);
            if (result.error() == ControllerError.NONE || result.error() == ControllerError.TOPIC_ALREADY_EXISTS) {
                mine.complete();
            } else {
                mine.fail(new ControllerException(result.error(), result.message()));
            }
        });
        return mine.future();
    }

    private CreateTopics.NewTopic wanted(MetadataImage image) {
        long brokers = image.brokers().values().stream()
                .filter(broker -> !broker.fenced())
                .count();
        int replicas = configs.brokerInt(image, "offsets.topic.replication.factor");
        return CreateTopics.NewTopic.of(
                NAME,
                configs.brokerInt(image, "offsets.topic.num.partitions"),
                (int) Math.max(1, Math.min(replicas, brokers)),
                Map.of(
                        "cleanup.policy", "compact",
                        "compression.type", "producer",
                        "segment.bytes", configs.brokerValue(image, "offsets.topic.segment.bytes")));
    }
}
