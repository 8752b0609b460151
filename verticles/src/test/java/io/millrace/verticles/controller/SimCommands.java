package io.millrace.verticles.controller;

import io.millrace.log.Owner;
import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.controller.wire.ForwardedAnswer;
import io.millrace.membership.controller.wire.ForwardedCommand;
import io.millrace.membership.quorum.QuorumPorts;
import io.millrace.verticles.node.ControllerGateway;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * Commands between simulated nodes: what {@link BusCommands} does on the event bus, over a network that loses messages.
 *
 * <p>Thread: the simulation's only thread.
 */
public final class SimCommands implements CommandCarrier {
    /** The network. */
    public interface Line {
        /** A number that no call of any life of any node has: what answers a dead process must not answer its successor. */
        long newCall();

        void command(int to, long call, byte[] bytes);

        void answer(int to, long call, byte[] bytes);
    }

    private final Owner owner;
    private final QuorumPorts.Alarm alarm;
    private final ActiveController controller;
    private final Line line;
    private final Map<Long, Promise<byte[]>> calls = new HashMap<>();

    private SimCommands(Owner owner, QuorumPorts.Alarm alarm, ActiveController controller, Line line) {
        this.owner = owner;
        this.alarm = alarm;
        this.controller = controller;
        this.line = line;
    }

    /** A node's way to the controller, and the end at which it hears the others' commands. */
    public record Ends(ControllerGateway gateway, SimCommands commands) {}

    public static Ends between(
            int self,
            Owner owner,
            QuorumPorts.Alarm alarm,
            ActiveController controller,
            MetadataPublisher metadata,
            Line line) {
        SimCommands commands = new SimCommands(owner, alarm, controller, line);
        return new Ends(new CommandForwarder(self, owner, controller, commands, metadata, alarm), commands);
    }

    @Override
    public Future<byte[]> carry(int brokerId, byte[] command, long timeoutMs) {
        long call = line.newCall();
        Promise<byte[]> promise = Promise.promise();
        calls.put(call, promise);
        alarm.set(timeoutMs, () -> {
            if (calls.remove(call) != null) {
                promise.fail(new TimeoutException("no answer"));
            }
        });
        line.command(brokerId, call, command);
        return promise.future();
    }

    /** Another node's command. */
    public void heard(int from, long call, byte[] bytes) {
        ForwardedCommand forwarded = ForwardedCommand.decode(bytes);
        carryOut(from, call, forwarded.epoch(), forwarded.command());
    }

    private <R> void carryOut(int from, long call, int epoch, ControllerCommand<R> command) {
        controller
                .carryOut(epoch, command)
                .onComplete(done -> owner.execute(() -> {
                    ForwardedAnswer answer = done.succeeded()
                            ? new ForwardedAnswer.Done(
                                    command,
                                    done.result().offset(),
                                    done.result().outcome())
                            : failure(done.cause());
                    line.answer(from, call, answer.encode());
                }));
    }

    private static ForwardedAnswer failure(Throwable cause) {
        if (cause instanceof ControllerException refused && !refused.isOutcomeUnknown()) {
            return new ForwardedAnswer.Refused(refused.error(), refused.getMessage());
        }
        return new ForwardedAnswer.Unknown(String.valueOf(cause.getMessage()));
    }

    /** What another node answers. */
    public void answered(long call, byte[] bytes) {
        Promise<byte[]> waiting = calls.remove(call);
        if (waiting != null) {
            waiting.complete(bytes);
        }
    }

    /** For assertions: what a refused command says. */
    public static boolean isTemporary(Throwable failure) {
        return failure instanceof ControllerException refused
                && (refused.isOutcomeUnknown()
                        || refused.error() == ControllerError.NOT_CONTROLLER
                        || refused.error() == ControllerError.REQUEST_TIMED_OUT);
    }
}
