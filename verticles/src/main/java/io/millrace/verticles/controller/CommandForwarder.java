package io.millrace.verticles.controller;

import io.millrace.log.Owner;
import io.millrace.membership.controller.AlterPartition;
import io.millrace.membership.controller.BrokerHeartbeat;
import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.controller.wire.ForwardedAnswer;
import io.millrace.membership.controller.wire.ForwardedCommand;
import io.millrace.membership.quorum.QuorumPorts;
import io.millrace.membership.record.RecordCodecException;
import io.millrace.verticles.controller.ForwardedCall.State;
import io.millrace.verticles.node.ControllerGateway;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.OptionalInt;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the active controller for every command of this node, here or elsewhere, and follows it when it changes.
 *
 * <p>A command names the epoch it is meant for, so the controller of another one never carries it out. What was certainly not
 * done goes to the next controller, what may have been done only when it is repeatable; the rest is told as unknown. An
 * answer is handed over when this node has applied what it rests on.
 *
 * <p>Thread: the metadata's owner; {@link #submit} and {@link #controllerId} from any.
 */
public final class CommandForwarder implements ControllerGateway {
    /** Commands without an answer, beyond which nothing but a broker's own life is taken. */
    static final int MAX_UNANSWERED = 2_000;
    /** A command that has no answer after so long has none. */
    static final long DEADLINE_MS = 30_000;
    /** After so long without an answer a repeatable command is sent again: a message may have been lost. */
    static final long ATTEMPT_MS = 1_000;
    /** What another one may still answer when somebody else has taken over from it. */
    static final long LATE_ANSWER_MS = 1_000;
    /** Before an address that nobody listened at is tried again. */
    static final long RETRY_MS = 100;
    /** A node whose image does not follow for so long gets its answers without it. */
    static final long FOLLOW_MS = 5_000;

    private static final Logger log = LoggerFactory.getLogger(CommandForwarder.class);

    private final int self;
    private final Owner owner;
    private final ActiveController controller;
    private final CommandCarrier carrier;
    private final MetadataPublisher metadata;
    private final QuorumPorts.Alarm alarm;
    /** In the order in which they were submitted. */
    private final Set<ForwardedCall<?>> calls = new LinkedHashSet<>();

    private int unanswered;

    CommandForwarder(
            int self,
            Owner owner,
            ActiveController controller,
            CommandCarrier carrier,
            MetadataPublisher metadata,
            QuorumPorts.Alarm alarm) {
        this.self = self;
        this.owner = owner;
        this.controller = controller;
        this.carrier = carrier;
        this.metadata = metadata;
        this.alarm = alarm;
        controller.onLeaderChange(this::leaderChanged);
    }

    @Override
    public OptionalInt controllerId() {
        return controller.leaderId();
    }

    @Override
    public <R> Future<R> submit(ControllerCommand<R> command) {
        ForwardedCall<R> call = new ForwardedCall<>(command);
        owner.execute(() -> begin(call));
        return call.answer.future();
    }

    private void begin(ForwardedCall<?> call) {
        if (unanswered >= MAX_UNANSWERED && !call.command.isOfABrokersLife()) {
            call.answer.fail(new ControllerException(
                    ControllerError.REQUEST_TIMED_OUT,
                    MAX_UNANSWERED + " commands of this node wait for the controller already"));
            return;
        }
        unanswered++;
        calls.add(call);
        call.cancelDeadline = alarm.set(DEADLINE_MS, () -> expire(call));
        // Those that wait longer go first.
        sendWaiting();
    }

    private void expire(ForwardedCall<?> call) {
        String after = " within " + DEADLINE_MS + " ms";
        fail(
                call,
                call.maybeDone || call.state == State.OUT
                        ? ControllerException.unknownOutcome("the controller has not answered" + after)
                        : new ControllerException(
                                ControllerError.REQUEST_TIMED_OUT, "there was no active controller" + after));
    }

    private void leaderChanged() {
        int epoch = controller.leaderEpoch();
        for (ForwardedCall<?> call : new ArrayList<>(calls)) {
            if (call.state == State.OUT && call.epoch != epoch) {
                if (call.command.isRepeatable()) {
                    mayBeDone(call);
                } else {
                    call.cancelWait.run();
                    call.cancelWait = alarm.set(LATE_ANSWER_MS, () -> unknown(call, "the controller changed"));
                }
            }
        }
        sendWaiting();
    }

    private void sendWaiting() {
        OptionalInt leader = controller.leaderId();
        int epoch = controller.leaderEpoch();
        if (leader.isEmpty()) {
            return;
        }
        for (ForwardedCall<?> call : new ArrayList<>(calls)) {
            if (call.state == State.WAITING && (call.epoch != epoch || !call.epochSpent)) {
                send(call, leader.getAsInt(), epoch);
            }
        }
    }

    private <R> void send(ForwardedCall<R> call, int leader, int epoch) {
        call.cancelWait.run();
        call.state = State.OUT;
        call.epoch = epoch;
        call.epochSpent = false;
        int attempt = ++call.attempt;
        // Here too: its records would be too large for the other voters, and nothing behind them would ever be
        // committed.
        byte[] frame = new ForwardedCommand(epoch, call.command).encode();
        if (frame.length > ForwardedCommand.MAX_BYTES) {
            fail(
                    call,
                    new ControllerException(
                            ControllerError.POLICY_VIOLATION,
                            "a request of " + frame.length + " bytes is too large for the controller"));
            return;
        }
        if (leader == self) {
            controller
                    .carryOut(epoch, call.command)
                    .onComplete(done -> owner.execute(() -> {
                        if (done.succeeded()) {
                            done(call, done.result().outcome(), done.result().offset());
                        } else {
                            failed(call, attempt, done.cause());
                        }
                    }));
            return;
        }
        long waitMs = call.command.isRepeatable() ? ATTEMPT_MS : DEADLINE_MS;
        carrier.carry(leader, frame, waitMs).onComplete(done -> {
            if (done.succeeded()) {
                answered(call, attempt, done.result());
            } else {
                failed(call, attempt, done.cause());
            }
        });
    }

    @SuppressWarnings("unchecked")
    private <R> void answered(ForwardedCall<R> call, int attempt, byte[] bytes) {
        ForwardedAnswer answer;
        try {
            answer = ForwardedAnswer.decode(call.command, bytes);
        } catch (RecordCodecException broken) {
            log.warn("an answer of the controller cannot be read: {}", broken.getMessage());
            failed(call, attempt, broken);
            return;
        }
        if (answer instanceof ForwardedAnswer.Done done) {
            // The codec of the command's kind has read it.
            done(call, (R) done.outcome(), done.offset());
        } else if (answer instanceof ForwardedAnswer.Refused refused) {
            failed(call, attempt, new ControllerException(refused.error(), refused.message()));
        } else if (answer instanceof ForwardedAnswer.Unknown unknown) {
            failed(call, attempt, ControllerException.unknownOutcome(unknown.message()));
        }
    }

    /** Also of an attempt that was given up: what was done is done. */
    private <R> void done(ForwardedCall<R> call, R outcome, long offset) {
        if (call.state == State.DONE || !calls.contains(call)) {
            return;
        }
        call.state = State.DONE;
        call.cancelTimers();
        if (call.command instanceof BrokerHeartbeat) {
            // A broker lives, whether or not it can follow the log.
            finish(call, atOffset(outcome, offset));
            return;
        }
        call.cancelWait = alarm.set(FOLLOW_MS, () -> {
            log.warn("this node has not applied offset {} after {} ms", offset, FOLLOW_MS);
            finish(call, outcome);
        });
        Runnable takeBack = metadata.whenReached(offset, () -> finish(call, outcome));
        call.cancelDeadline = takeBack;
    }

    @SuppressWarnings("unchecked")
    private static <R> R atOffset(R outcome, long offset) {
        return (R) ((BrokerHeartbeat.Outcome) outcome).decidedUpTo(offset);
    }

    private <R> void finish(ForwardedCall<R> call, R outcome) {
        if (forget(call)) {
            call.answer.complete(outcome);
        }
    }

    private void failed(ForwardedCall<?> call, int attempt, Throwable cause) {
        if (call.state != State.OUT || call.attempt != attempt || !calls.contains(call)) {
            return;
        }
        if (cause instanceof CommandCarrier.UndeliveredException) {
            call.state = State.WAITING;
            // Kept from the others' round until then.
            call.epochSpent = true;
            tryAgainLater(call);
        } else if (!(cause instanceof ControllerException answered)) {
            // A leader that proposes an ISR must not hear "not applied" of a copy while an earlier one is on its
            // way to the same controller (rule I18). A new controller is no danger: of the former's it applies what
            // is committed and no more.
            if (call.command.isRepeatable() && !(call.command instanceof AlterPartition)) {
                mayBeDone(call);
                call.epochSpent = true;
                tryAgainLater(call);
            } else {
                unknown(call, "the controller has not answered");
            }
        } else if (answered.isOutcomeUnknown()) {
            if (call.command.isRepeatable()) {
                mayBeDone(call);
                call.epochSpent = true;
                sendWaiting();
            } else {
                fail(call, answered);
            }
        } else if (answered.error() == ControllerError.NOT_CONTROLLER) {
            call.state = State.WAITING;
            call.epochSpent = true;
            sendWaiting();
        } else {
            fail(call, answered);
        }
    }

    private static void mayBeDone(ForwardedCall<?> call) {
        call.maybeDone = true;
        call.state = State.WAITING;
        call.attempt++;
    }

    private void tryAgainLater(ForwardedCall<?> call) {
        call.cancelWait.run();
        call.cancelWait = alarm.set(RETRY_MS, () -> {
            call.epochSpent = false;
            sendWaiting();
        });
    }

    private void unknown(ForwardedCall<?> call, String why) {
        fail(call, ControllerException.unknownOutcome(why + ": nobody knows whether it was done"));
    }

    private void fail(ForwardedCall<?> call, ControllerException why) {
        if (forget(call)) {
            call.answer.fail(why);
        }
    }

    private boolean forget(ForwardedCall<?> call) {
        if (!calls.remove(call)) {
            return false;
        }
        unanswered--;
        call.cancelTimers();
        return true;
    }
}
