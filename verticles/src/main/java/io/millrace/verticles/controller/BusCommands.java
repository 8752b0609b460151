package io.millrace.verticles.controller;

import io.millrace.log.Owner;
import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.controller.wire.ForwardedAnswer;
import io.millrace.membership.controller.wire.ForwardedCommand;
import io.millrace.membership.record.RecordCodecException;
import io.millrace.verticles.cluster.BusAddress;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands between nodes on the event bus, at {@code b.<brokerId>.ctl}: those of others come in, those of this node go out.
 *
 * <p>Thread: the metadata's owner, except that answers of the bus arrive on a Vert.x context and hop.
 */
final class BusCommands implements CommandCarrier {
    private static final Logger log = LoggerFactory.getLogger(BusCommands.class);
    private static final String SERVICE = "ctl";

    private final Vertx vertx;
    private final Owner owner;
    private final ActiveController controller;

    BusCommands(Vertx vertx, Owner owner, ActiveController controller) {
        this.vertx = vertx;
        this.owner = owner;
        this.controller = controller;
    }

    /** Takes commands of others from now on; called on the context that should hear them. */
    MessageConsumer<Buffer> listen(int self) {
        return vertx.eventBus().consumer(new BusAddress(self, SERVICE).toString(), this::heard);
    }

    private void heard(Message<Buffer> message) {
        ForwardedCommand forwarded;
        try {
            forwarded = ForwardedCommand.decode(message.body().getBytes());
        } catch (RecordCodecException | ClassCastException broken) {
            log.warn("a command of another node cannot be read: {}", broken.getMessage());
            answer(message, new ForwardedAnswer.Refused(ControllerError.UNSUPPORTED_VERSION, broken.getMessage()));
            return;
        }
        carryOut(message, forwarded.epoch(), forwarded.command());
    }

    private <R> void carryOut(Message<Buffer> message, int epoch, ControllerCommand<R> command) {
        controller.carryOut(epoch, command).onComplete(done -> {
            if (done.succeeded()) {
                answer(
                        message,
                        new ForwardedAnswer.Done(
                                command, done.result().offset(), done.result().outcome()));
            } else {
                answer(message, failure(done.cause()));
            }
        });
    }

    private static ForwardedAnswer failure(Throwable cause) {
        if (cause instanceof ControllerException refused && !refused.isOutcomeUnknown()) {
            return new ForwardedAnswer.Refused(refused.error(), refused.getMessage());
        }
        return new ForwardedAnswer.Unknown(cause.getMessage());
    }

    private static void answer(Message<Buffer> message, ForwardedAnswer answer) {
        message.reply(Buffer.buffer(answer.encode()));
    }

    @Override
    public Future<byte[]> carry(int brokerId, byte[] command, long timeoutMs) {
        Promise<byte[]> answered = Promise.promise();
        vertx.eventBus()
                .<Buffer>request(
                        new BusAddress(brokerId, SERVICE).toString(),
                        Buffer.buffer(command),
                        new DeliveryOptions().setSendTimeout(timeoutMs))
                .onComplete(done -> owner.execute(() -> {
                    if (done.succeeded()) {
                        answered.complete(done.result().body().getBytes());
                    } else {
                        answered.fail(failureOfBus(done.cause()));
                    }
                }));
        return answered.future();
    }

    private static Throwable failureOfBus(Throwable cause) {
        return cause instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS
                ? new UndeliveredException(cause.getMessage())
                : cause;
    }
}
