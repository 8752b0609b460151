package io.millrace.verticles.controller;

import io.millrace.membership.MetadataQuorum;
import io.millrace.membership.NotLeaderException;
import io.millrace.membership.VoterChangeException;
import io.millrace.membership.controller.ChangeVoters;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/**
 * Has the quorum change its voters, and says in the controller's words what became of it.
 *
 * <p>Thread: the metadata's owner.
 */
final class VoterChanges {
    private VoterChanges() {}

    static Future<ChangeVoters.Outcome> carryOut(MetadataQuorum quorum, ChangeVoters command) {
        Promise<ChangeVoters.Outcome> told = Promise.promise();
        quorum.changeVoters(command.change()).whenComplete((offset, failure) -> {
            if (failure == null) {
                told.complete(new ChangeVoters.Outcome(ControllerError.NONE, null));
            } else if (failure instanceof VoterChangeException refused) {
                told.complete(new ChangeVoters.Outcome(error(refused.reason()), refused.getMessage()));
            } else if (failure instanceof NotLeaderException) {
                told.fail(new ControllerException(ControllerError.NOT_CONTROLLER, failure.getMessage()));
            } else {
                told.fail(ControllerException.unknownOutcome(failure.getMessage()));
            }
        });
        return told.future();
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
