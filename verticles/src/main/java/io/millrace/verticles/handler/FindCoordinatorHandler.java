package io.millrace.verticles.handler;

import java.util.List;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.Errors;

/**
 * FindCoordinator: this broker coordinates neither groups nor transactions.
 *
 * <p>The API is answered although there is nothing to find, because librdkafka takes a broker without it for one that is
 * too old for lz4 and sends such batches uncompressed. For a group the answer is that none is available now: librdkafka
 * asks for the coordinator of every consumer with a group id (Python's must have one), also of those that assign
 * partitions themselves, and hands any error that is for good to the application.
 *
 * <p>Thread: the connection's event loop.
 */
public final class FindCoordinatorHandler implements ApiHandler<FindCoordinatorRequestData> {
    private static final short FIRST_WITH_MANY_KEYS = 4;
    private static final byte GROUP = 0;
    private static final String WHY = "This broker serves neither consumer groups nor transactions";

    private static Errors refusal(byte keyType) {
        return keyType == GROUP ? Errors.COORDINATOR_NOT_AVAILABLE : Errors.UNSUPPORTED_VERSION;
    }

    @Override
    public void handle(FindCoordinatorRequestData request, RequestContext context) {
        Errors refusal = refusal(request.keyType());
        FindCoordinatorResponseData response = new FindCoordinatorResponseData();
        if (context.version() >= FIRST_WITH_MANY_KEYS) {
            List<String> keys = request.coordinatorKeys();
            keys.forEach(key -> response.coordinators()
                    .add(new Coordinator()
                            .setKey(key)
                            .setErrorCode(refusal.code())
                            .setErrorMessage(WHY)
                            .setNodeId(Node.noNode().id())
                            .setHost(Node.noNode().host())
                            .setPort(Node.noNode().port())));
        } else {
            response.setErrorCode(refusal.code())
                    .setErrorMessage(context.version() >= 1 ? WHY : null)
                    .setNodeId(Node.noNode().id())
                    .setHost(Node.noNode().host())
                    .setPort(Node.noNode().port());
        }
        context.error(refusal.code());
        context.respond(response);
    }
}
