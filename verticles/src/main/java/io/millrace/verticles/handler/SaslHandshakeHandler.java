package io.millrace.verticles.handler;

import io.millrace.protocol.Errors;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;

/**
 * SaslHandshake: no listener has SASL, and that is what Kafka says then. A client would otherwise take a closed connection for a wrong
 * password or a firewall, and try again until its timeout.
 *
 * <p>Thread: the connection's event loop.
 */
public final class SaslHandshakeHandler implements ApiHandler<SaslHandshakeRequestData> {
    @Override
    public void handle(SaslHandshakeRequestData request, RequestContext context) {
        context.error(Errors.ILLEGAL_SASL_STATE.code());
        context.respond(new SaslHandshakeResponseData().setErrorCode(Errors.ILLEGAL_SASL_STATE.code()));
    }
}
