package io.millrace.verticles.group;

import java.util.Objects;

/**
 * Who asks, and in which version of the API: what a request's data does not say itself.
 *
 * <p>Thread: any.
 *
 * @param clientId the client id of the request's header; empty when the header has none
 * @param clientHost the peer's address as Kafka shows it, {@code /127.0.0.1}
 * @param apiVersion the version of the request that this context belongs to
 */
public record ClientContext(String clientId, String clientHost, int apiVersion) {
    public ClientContext {
        Objects.requireNonNull(clientId);
        Objects.requireNonNull(clientHost);
    }
}
