package io.millrace.verticles.handler;

import io.millrace.membership.image.MetadataImage;
import io.millrace.verticles.node.Node;
import java.util.OptionalInt;

/**
 * Whom clients are told to send administration to: a live broker that takes it.
 *
 * <p>Thread: any.
 */
final class ControllerIds {
    static final int UNKNOWN = -1;

    private ControllerIds() {}

    /** The controller itself when it is a broker we know, else this broker, which passes things on. */
    static int of(Node node, MetadataImage image) {
        OptionalInt controller = node.controller().controllerId();
        if (controller.isPresent() && image.broker(controller.getAsInt()) != null) {
            return controller.getAsInt();
        }
        return image.broker(node.brokerId()) == null ? UNKNOWN : node.brokerId();
    }
}
