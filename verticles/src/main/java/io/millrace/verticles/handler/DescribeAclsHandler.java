package io.millrace.verticles.handler;

import io.millrace.protocol.Errors;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsResponseData;

/**
 * DescribeAcls: there is no authorizer, and that is what Kafka says then. Tools and user interfaces know the answer.
 *
 * <p>Thread: the connection's event loop.
 */
public final class DescribeAclsHandler implements ApiHandler<DescribeAclsRequestData> {
    private static final String WHY = "No Authorizer is configured on the broker";

    @Override
    public void handle(DescribeAclsRequestData request, RequestContext context) {
        context.error(Errors.SECURITY_DISABLED.code());
        context.respond(new DescribeAclsResponseData()
                .setErrorCode(Errors.SECURITY_DISABLED.code())
                .setErrorMessage(WHY));
    }
}
