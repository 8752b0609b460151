package io.millrace.verticles.controller;

import io.millrace.membership.MetadataQuorum;
import io.millrace.membership.NotLeaderException;
import io.millrace.membership.VoterChangeException;
import io.millrace.membership.controller.ChangeVoters;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.controller.Features;
import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataImage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Has the quorum change its voters, and says in the controller's words what became of it. A build that does not know of such
 * changes would go by the voters of the beginning; so before the first one every broker that serves is asked whether it knows,
 * and the metadata's level is raised, at which any other build ends.
 *
 * <p>A change is a record of the quorum's own in the log, of which the controller's machine does not know, and whoever it registers takes
 * its epoch from the offset that it expects next. So commands are held while a change is under way ({@link CommandGate}), and the
 * machine is then told of the offset.
 *
 * <p>Thread: the metadata's owner.
 */
final class VoterChanges {
    private final int self;
    private final MetadataQuorum quorum;
    private final Supplier<MetadataImage> image;
    private final Supplier<CompletionStage<Long>> raise;
    private final LongConsumer recorded;
    private final CommandGate gate;
    /** Which level of the metadata a broker can follow. */
    private IntFunction<Future<Short>> levels = broker -> Future.succeededFuture(Features.METADATA_LEVEL);

    /**
     * None yet.
     *
     * @param raise proposes the level; the stage completes with its commit
     * @param recorded told at which offset of the log a change lies that is committed
     * @param gate held while a change may be in the log that is neither committed nor given up
     */
    VoterChanges(
            int self,
            MetadataQuorum quorum,
            Supplier<MetadataImage> image,
            Supplier<CompletionStage<Long>> raise,
            LongConsumer recorded,
            CommandGate gate) {
        this.self = self;
        this.quorum = quorum;
        this.image = image;
        this.raise = raise;
        this.recorded = recorded;
        this.gate = gate;
    }

    void askForLevels(IntFunction<Future<Short>> ask) {
        levels = ask;
    }

    Future<ChangeVoters.Outcome> carryOut(ChangeVoters command) {
        if (Features.metadataLevel(image.get()) >= Features.VOTERS_CHANGE_LEVEL) {
            return change(command);
        }
        return refusal()
                .compose(refused -> refused == null ? raiseAndChange(command) : Future.succeededFuture(refused));
    }

    /** Completes with null when all can follow. Who does not serve meets the level when it starts. */
    private Future<ChangeVoters.Outcome> refusal() {
        List<Integer> silent = new ArrayList<>();
        List<Integer> older = new ArrayList<>();
        List<Future<Short>> all = new ArrayList<>();
        for (BrokerImage broker : image.get().brokers().values()) {
            if (broker.id() != self && !broker.fenced()) {
                all.add(levels.apply(broker.id())
                        .onFailure(failure -> silent.add(broker.id()))
                        .onSuccess(level -> {
                            if (level < Features.VOTERS_CHANGE_LEVEL) {
                                older.add(broker.id());
                            }
                        }));
            }
        }
        return Future.join(all).transform(asked -> {
            ChangeVoters.Outcome outcome = null;
            if (!older.isEmpty()) {
                outcome = new ChangeVoters.Outcome(
                        ControllerError.UNSUPPORTED_VERSION,
                        nodes(older) + " of a build that does not know of changes of voters: upgrade all nodes first");
            } else if (!silent.isEmpty()) {
                outcome = new ChangeVoters.Outcome(
                        ControllerError.REQUEST_TIMED_OUT,
                        nodes(silent) + " serving and did not say whether changes of voters are known there");
            }
            return Future.succeededFuture(outcome);
        });
    }

    private static String nodes(List<Integer> ids) {
        String names = ids.stream().sorted().map(String::valueOf).collect(Collectors.joining(", "));
        return ids.size() == 1 ? "node " + names + " is" : "nodes " + names + " are";
    }

    private Future<ChangeVoters.Outcome> raiseAndChange(ChangeVoters command) {
        Promise<ChangeVoters.Outcome> told = Promise.promise();
        raise.get().whenComplete((offset, failure) -> {
            if (failure == null) {
                change(command).onComplete(told);
            } else {
                tell(failure, told);
            }
        });
        return told.future();
    }

    private Future<ChangeVoters.Outcome> change(ChangeVoters command) {
        Promise<ChangeVoters.Outcome> told = Promise.promise();
        gate.hold();
        quorum.changeVoters(command.change()).whenComplete((offset, failure) -> {
            if (failure == null) {
                recorded.accept(offset);
                told.complete(new ChangeVoters.Outcome(ControllerError.NONE, null));
            } else {
                tell(failure, told);
            }
            gate.release();
        });
        return told.future();
    }

    private static void tell(Throwable failure, Promise<ChangeVoters.Outcome> told) {
        if (failure instanceof VoterChangeException refused) {
            told.complete(new ChangeVoters.Outcome(error(refused.reason()), refused.getMessage()));
        } else if (failure instanceof NotLeaderException) {
            told.fail(new ControllerException(ControllerError.NOT_CONTROLLER, failure.getMessage()));
        } else {
            told.fail(ControllerException.unknownOutcome(failure.getMessage()));
        }
    }

    /** Kafka's names; what may be asked again is told as a timeout, as there. */
    private static ControllerError error(VoterChangeException.Reason reason) {
        return switch (reason) {
            case DUPLICATE -> ControllerError.DUPLICATE_VOTER;
            case NOT_FOUND -> ControllerError.VOTER_NOT_FOUND;
            case NOT_YET, NOT_CAUGHT_UP -> ControllerError.REQUEST_TIMED_OUT;
            case UNSOUND -> ControllerError.INVALID_REQUEST;
        };
    }
}
