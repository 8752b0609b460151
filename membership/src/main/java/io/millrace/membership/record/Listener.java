package io.millrace.membership.record;

import java.util.Objects;

/**
 * One named door of a broker as others are told of it. {@code security} is Kafka's protocol name (PLAINTEXT).
 *
 * <p>Thread: any.
 */
public record Listener(String name, String host, int port, String security) {
    public Listener {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(security, "security");
    }
}
