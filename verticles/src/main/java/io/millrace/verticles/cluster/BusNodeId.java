package io.millrace.verticles.cluster;

import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * The Vert.x node id of one run of one broker, which carries where it listens: {@code b<id>@<host>:<port>#<incarnation>}.
 *
 * <p>A reply goes to the sender's node id. Because that id holds the address, a broker that came back on another port
 * is answered by peers that have not heard of its new run from anybody yet. Port 0 stands for "not known when the bus
 * started"; such a node is found through the {@link BusDirectory} only. A seed that was never met has no incarnation.
 *
 * <p>Thread: immutable.
 */
public record BusNodeId(int brokerId, UUID incarnation, String host, int port) {
    /** The incarnation of a peer known only from a seed list. */
    public static final UUID UNKNOWN_INCARNATION = new UUID(0, 0);

    public BusNodeId {
        Objects.requireNonNull(incarnation, "incarnation");
        if (brokerId < 0 || port < 0 || port > 65535 || host.isEmpty() || host.indexOf('#') >= 0) {
            throw new IllegalArgumentException("not a bus node: broker " + brokerId + " at " + host + ":" + port);
        }
    }

    /** A peer as a seed list names it: reachable, its run unknown. */
    public static BusNodeId seed(int brokerId, String host, int port) {
        return new BusNodeId(brokerId, UNKNOWN_INCARNATION, host, port);
    }

    /** Empty when the text is some other node's id, such as that of an application with a random one. */
    public static Optional<BusNodeId> parse(String text) {
        int at = text.indexOf('@');
        int hash = text.lastIndexOf('#');
        int colon = text.lastIndexOf(':', hash);
        if (!text.startsWith("b") || at < 2 || colon <= at + 1 || hash <= colon) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BusNodeId(
                    Integer.parseInt(text.substring(1, at)),
                    UUID.fromString(text.substring(hash + 1)),
                    text.substring(at + 1, colon),
                    Integer.parseInt(text.substring(colon + 1, hash))));
        } catch (IllegalArgumentException other) {
            return Optional.empty();
        }
    }

    /** By hand: a record's own are put together from method handles, which the start would be the first to need. */
    @Override
    public boolean equals(Object other) {
        return other instanceof BusNodeId that
                && brokerId == that.brokerId
                && port == that.port
                && host.equals(that.host)
                && incarnation.equals(that.incarnation);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * incarnation.hashCode() + host.hashCode()) + port;
    }

    @Override
    public String toString() {
        return "b" + brokerId + "@" + host + ":" + port + "#" + incarnation;
    }
}
