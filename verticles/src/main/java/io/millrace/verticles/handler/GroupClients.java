package io.millrace.verticles.handler;

import io.millrace.verticles.group.ClientContext;
import java.net.InetSocketAddress;

/**
 * The client of a request as a group's machine and its tools see it.
 *
 * <p>Thread: any.
 */
final class GroupClients {
    private GroupClients() {}

    static ClientContext of(RequestContext context) {
        String clientId = context.clientId() == null ? "" : context.clientId();
        return new ClientContext(clientId, host(context.remoteAddress()), context.version());
    }

    /** As Kafka writes it: a slash before the address. */
    private static String host(InetSocketAddress address) {
        return "/"
                + (address.isUnresolved()
                        ? address.getHostString()
                        : address.getAddress().getHostAddress());
    }
}
