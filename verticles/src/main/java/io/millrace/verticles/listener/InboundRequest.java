package io.millrace.verticles.listener;

import io.millrace.protocol.ApiSpec;
import io.millrace.protocol.HeapCharge;
import io.millrace.verticles.handler.RequestContext;

/**
 * A request as the dispatcher sees it, whatever brought it here: the handler's context, which is told what the header said.
 *
 * <p>Thread: the loop that dispatches.
 */
public interface InboundRequest extends RequestContext, HeapCharge {
    /** Sets what the request header said. */
    void identify(ApiSpec api, short version, int correlationId, String clientId);

    /** The request was decoded into something that does not refer to the frame: others may use its memory. */
    void frameIsRead();
}
