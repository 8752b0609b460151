package io.millrace.verticles.door;

import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.impl.EventBusImpl;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import io.vertx.core.internal.VertxInternal;

/**
 * A plain message once more, as one whose answer can be followed until the socket has it: what the other side does not read stays in this
 * node's memory until then.
 *
 * <p>Thread: one.
 */
final class PlainMessage extends ClusteredMessage<Object, Object> {
    private PlainMessage(ClusteredMessage<Object, Object> received) {
        super(received);
    }

    /** Answers; done when the answer has left, or when it never will. */
    @SuppressWarnings("unchecked")
    static Future<Void> reply(VertxInternal vertx, Message<?> asked, Object body, DeliveryOptions options) {
        if (asked.replyAddress() == null) {
            return Future.succeededFuture();
        }
        if (asked instanceof ClusteredMessage<?, ?> received) {
            PlainMessage again = new PlainMessage((ClusteredMessage<Object, Object>) received);
            return ((EventBusImpl) vertx.eventBus()).sendOrPubInternal(again.createReply(body, options), options, null);
        }
        // Within one process: it is the other's as soon as it is given.
        asked.reply(body, options);
        return Future.succeededFuture();
    }
}
