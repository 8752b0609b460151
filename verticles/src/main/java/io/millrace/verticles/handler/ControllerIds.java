package io.millrace.verticles.handler;

import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataImage;
import io.millrace.verticles.node.Node;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Whom clients are told to send administration to: a live broker that takes it.
 *
 * <p>Thread: any.
 */
final class ControllerIds {
    static final int UNKNOWN = -1;

    private ControllerIds() {}

    /**
     * The controller itself when it is a broker we know, else this broker, which passes things on. When this one has heard no
     * controller for a session it is another one's turn: what is passed on from here would time out, and the client come back.
     */
    static int of(Node node, MetadataImage image) {
        OptionalInt controller = node.controller().controllerId();
        if (controller.isPresent() && image.broker(controller.getAsInt()) != null) {
            return controller.getAsInt();
        }
        if (image.broker(node.brokerId()) == null) {
            return UNKNOWN;
        }
        return node.shards().isCutOff() ? anotherOf(node, image) : node.brokerId();
    }

    private static int anotherOf(Node node, MetadataImage image) {
        int[] others = image.brokers().values().stream()
                .filter(broker -> !broker.fenced() && broker.id() != node.brokerId())
                .mapToInt(BrokerImage::id)
                .toArray();
        return others.length == 0
                ? node.brokerId()
                : others[ThreadLocalRandom.current().nextInt(others.length)];
    }
}
