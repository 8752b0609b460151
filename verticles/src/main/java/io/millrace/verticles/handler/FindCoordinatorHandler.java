package io.millrace.verticles.handler;

import java.util.List;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.Errors;

/**
 * FindCoordinator: says at once, and for good, that this broker coordinates neither groups nor transactions.
 *
 * <p>The API is answered although there is nothing to find, because librdkafka takes a broker without it for one that is
 * too old for lz4 and sends such batches uncompressed.
 *
 * <p>Thread: the connection's event loop.
 */
public final class FindCoordinatorHandler implements ApiHandler<FindCoordinatorRequestData> {
    private static final short FIRST_WITH_MANY_KEYS = 4;
    private static final String WHY = "This broker serves neither consumer groups nor transactions";

    @Override
    public void handle(FindCoordinatorRequestData request, RequestContext context) {
        FindCoordinatorResponseData response = new FindCoordinatorResponseData();
        if (context.version() >= FIRST_WITH_MANY_KEYS) {
            List<String> keys = request.coordinatorKeys();
            keys.forEach(key -> response.coordinators()
                    .add(new Coordinator()
                            .setKey(key)
                            .setErrorCode(Errors.UNSUPPORTED_VERSION.code())
                            .setErrorMessage(WHY)
                            .setNodeId(Node.noNode().id())
                            .setHost(Node.noNode().host())
                            .setPort(Node.noNode().port())));
        } else {
            response.setErrorCode(Errors.UNSUPPORTED_VERSION.code())
                    .setErrorMessage(context.version() >= 1 ? WHY : null)
                    .setNodeId(Node.noNode().id())
                    .setHost(Node.noNode().host())
                    .setPort(Node.noNode().port());
        }
        context.error(Errors.UNSUPPORTED_VERSION.code());
        context.respond(response);
    }
}
