package io.millrace.verticles.handler;

import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.Listener;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;

/**
 * DescribeCluster: the cluster's id, its controller and its brokers, fenced ones too when asked for (KIP-1073).
 *
 * <p>Thread: the connection's event loop.
 */
public final class DescribeClusterHandler implements ApiHandler<DescribeClusterRequestData> {
    private static final byte BROKERS = 1;
    private static final byte CONTROLLERS = 2;

    private final Node node;

    public DescribeClusterHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(DescribeClusterRequestData request, RequestContext context) {
        if (request.endpointType() != BROKERS) {
            refuse(request.endpointType(), context);
            return;
        }
        MetadataImage image = node.image();
        DescribeClusterResponseData response = new DescribeClusterResponseData()
                .setClusterId(node.clusterId())
                .setControllerId(ControllerIds.of(node, image))
                .setEndpointType(BROKERS)
                .setClusterAuthorizedOperations(
                        request.includeClusterAuthorizedOperations()
                                ? AuthorizedOperations.CLUSTER
                                : AuthorizedOperations.NOT_ASKED);
        for (BrokerImage broker : image.brokers().values()) {
            Listener listener = broker.listener(context.listenerName());
            if (listener != null && (!broker.fenced() || request.includeFencedBrokers())) {
                response.brokers()
                        .add(new DescribeClusterBroker()
                                .setBrokerId(broker.id())
                                .setHost(listener.host())
                                .setPort(listener.port())
                                .setRack(broker.rack())
                                .setIsFenced(broker.fenced()));
            }
        }
        context.respond(response);
    }

    private static void refuse(byte type, RequestContext context) {
        boolean known = type == CONTROLLERS;
        Errors error = context.version() == 0
                ? Errors.INVALID_REQUEST
                : known ? Errors.MISMATCHED_ENDPOINT_TYPE : Errors.UNSUPPORTED_ENDPOINT_TYPE;
        context.error(error.code());
        context.respond(new DescribeClusterResponseData()
                .setErrorCode(error.code())
                .setErrorMessage(
                        known
                                ? "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type"
                                        + " CONTROLLER"
                                : "Unsupported endpoint type " + type));
    }
}
