package io.millrace.verticles.door;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.impl.EventBusImpl;
import io.vertx.core.eventbus.impl.MessageImpl;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import io.vertx.core.internal.VertxInternal;

/**
 * A message that was taken from the bus before Vert.x decoded it. Vert.x makes its answers, and tells them where they go; one that lies
 * outside of the heap is made a {@link DoorReply}.
 *
 * <p>Thread: one at a time.
 */
final class TakenMessage extends ClusteredMessage<Buffer, Buffer> {
    /** The body of an answer, and what is run when it is needed no more. */
    record Outside(ReplyBody body, Runnable gone) {}

    /**
     * What Vert.x makes answers by: as the real bus does, but for those outside of the heap.
     *
     * <p>Thread: any.
     */
    static final class Answers extends EventBusImpl {
        private final EventBusImpl real;
        private final String self;

        Answers(VertxInternal vertx, String self) {
            super(vertx);
            this.real = (EventBusImpl) vertx.eventBus();
            this.self = self;
        }

        @Override
        public MessageImpl createMessage(
                boolean send, boolean local, String address, MultiMap headers, Object body, String codecName) {
            return body instanceof Outside outside
                    ? new DoorReply(self, address, outside, real)
                    : real.createMessage(send, local, address, headers, body, codecName);
        }
    }

    private final Answers answers;

    TakenMessage(Answers answers) {
        super(answers);
        this.answers = answers;
    }

    @Override
    public void reply(Object body, DeliveryOptions options) {
        if (replyAddress() == null) {
            return;
        }
        MessageImpl reply = createReply(body, options);
        if (reply instanceof DoorReply outside) {
            outside.send(options);
        } else {
            answers.real.sendOrPubInternal(reply, options, null);
        }
    }
}
