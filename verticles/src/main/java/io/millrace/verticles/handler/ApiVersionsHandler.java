package io.millrace.verticles.handler;

import io.millrace.membership.controller.Features;
import io.millrace.membership.image.MetadataImage;
import io.millrace.protocol.Api;
import io.millrace.protocol.ApiRegistry;
import io.millrace.protocol.ApiVersionsResponder;
import io.millrace.protocol.ApiVersionsResponder.SupportedFeature;
import io.millrace.protocol.MessageCodec;
import io.millrace.verticles.node.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.ApiVersionsRequestData;

/**
 * ApiVersions: the first thing a client asks, answered even in a version that is not known.
 *
 * <p>Thread: the connection's event loop.
 */
public final class ApiVersionsHandler implements ApiHandler<ApiVersionsRequestData> {
    private static final Map<String, SupportedFeature> SUPPORTED = Map.of(
            Features.ELIGIBLE_LEADERS, new SupportedFeature((short) 0, Features.ELIGIBLE_LEADERS_LEVEL),
            Features.METADATA, new SupportedFeature((short) 1, Features.METADATA_LEVEL));

    private final Node node;
    private final MessageCodec codec;
    private final ApiVersionsResponder responder;

    public ApiVersionsHandler(Node node, ApiRegistry registry) {
        this.node = node;
        this.codec = new MessageCodec(registry);
        this.responder = new ApiVersionsResponder(registry);
    }

    @Override
    public void handle(ApiVersionsRequestData request, RequestContext context) {
        MetadataImage image = node.image();
        ApiVersionsResponder.Features features =
                new ApiVersionsResponder.Features(SUPPORTED, image.highestOffset(), new HashMap<>(image.features()));
        send(responder.answer(context.version(), request, features, node.clusterId(), node.brokerId()), context);
    }

    /** Answers a version that is not served. */
    public void handleUnsupported(Void nothing, RequestContext context) {
        send(responder.unsupportedVersion(), context);
    }

    private void send(ApiVersionsResponder.Answer answer, RequestContext context) {
        context.error(answer.body().errorCode());
        context.respondEncoded(List.of(codec.encodeResponse(
                context.allocator(),
                context.correlationId(),
                Api.API_VERSIONS.key(),
                answer.bodyVersion(),
                answer.body())));
    }
}
