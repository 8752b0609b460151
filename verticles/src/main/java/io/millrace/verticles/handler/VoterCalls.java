package io.millrace.verticles.handler;

import io.millrace.membership.VoterChange;
import io.millrace.membership.controller.ChangeVoters;
import io.millrace.protocol.Errors;
import io.millrace.protocol.KafkaIds;
import io.millrace.verticles.node.Node;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;

/**
 * What adding and removing a voter have in common: the checks that need no controller, and the answer.
 *
 * <p>Thread: the connection's event loop.
 */
final class VoterCalls {
    private VoterCalls() {}

    /** @param clusterId null when the client did not say */
    static void change(
            Node node,
            String clusterId,
            Function<UUID, VoterChange> change,
            Uuid directoryId,
            int timeoutMs,
            RequestContext context,
            BiConsumer<Errors, String> respond) {
        if (clusterId != null && !clusterId.equals(node.clusterId())) {
            context.error(Errors.INCONSISTENT_CLUSTER_ID.code());
            respond.accept(
                    Errors.INCONSISTENT_CLUSTER_ID, "This is cluster " + node.clusterId() + ", not " + clusterId + ".");
            return;
        }
        ControllerCalls.tell(
                ControllerCalls.submit(
                        node.controller(),
                        new ChangeVoters(change.apply(KafkaIds.toJava(directoryId))),
                        timeoutMs,
                        context),
                ChangeVoters.Outcome::error,
                ChangeVoters.Outcome::message,
                context,
                respond);
    }
}
