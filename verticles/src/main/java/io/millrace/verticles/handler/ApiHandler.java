package io.millrace.verticles.handler;

/**
 * Serves one Kafka API.
 *
 * <p>For every request exactly one of {@link RequestContext#respond}, {@link RequestContext#respondEncoded}, {@link
 * RequestContext#respondNothing} or {@link RequestContext#close} is called, at once or later; the connection answers in
 * the order of its requests whatever the order of these calls.
 *
 * <p>Thread: the event loop of the connection. Must not block.
 *
 * @param <Q> the decoded request
 */
@FunctionalInterface
public interface ApiHandler<Q> {
    /**
     * Serves one request. The request, and every buffer reachable from it, is valid until the answer is given, unless
     * the handler retained it. An exception thrown here is a bug: it is logged and the connection is closed.
     */
    void handle(Q request, RequestContext context);
}
