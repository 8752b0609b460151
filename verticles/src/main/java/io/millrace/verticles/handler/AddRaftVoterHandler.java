package io.millrace.verticles.handler;

import io.millrace.membership.VoterChange;
import io.millrace.verticles.node.Node;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AddRaftVoterResponseData;

/**
 * AddRaftVoter: makes a node that follows the metadata a voter, with the directory that holds its promises (KIP-853). Its
 * listeners are not kept: nodes learn from each other where their event buses are, and the answer always comes after the commit.
 *
 * <p>Thread: the connection's event loop.
 */
public final class AddRaftVoterHandler implements ApiHandler<AddRaftVoterRequestData> {
    private final Node node;

    public AddRaftVoterHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(AddRaftVoterRequestData request, RequestContext context) {
        VoterCalls.change(
                node,
                request.clusterId(),
                directory -> new VoterChange.Add(request.voterId(), directory),
                request.voterDirectoryId(),
                request.timeoutMs(),
                context,
                (error, message) -> context.respond(new AddRaftVoterResponseData()
                        .setErrorCode(error.code())
                        .setErrorMessage(message)));
    }
}
