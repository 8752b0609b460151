package io.millrace.verticles.handler;

import io.millrace.membership.VoterChange;
import io.millrace.verticles.node.Node;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;

/**
 * RemoveRaftVoter: takes a vote from a node with this directory (KIP-853); the node goes on as an observer.
 *
 * <p>Thread: the connection's event loop.
 */
public final class RemoveRaftVoterHandler implements ApiHandler<RemoveRaftVoterRequestData> {
    private final Node node;

    public RemoveRaftVoterHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(RemoveRaftVoterRequestData request, RequestContext context) {
        VoterCalls.change(
                node,
                request.clusterId(),
                directory -> new VoterChange.Remove(request.voterId(), directory),
                request.voterDirectoryId(),
                ControllerCalls.DEFAULT_TIMEOUT_MS,
                context,
                (error, message) -> context.respond(new RemoveRaftVoterResponseData()
                        .setErrorCode(error.code())
                        .setErrorMessage(message)));
    }
}
