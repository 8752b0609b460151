package io.millrace.membership.hazelcast;

/**
 * The names of the attributes that a broker's Hazelcast member carries.
 *
 * <p>Thread: constants.
 */
public final class MemberAttributes {
    /** The Vert.x node id of this run; vertx-hazelcast demands the name, and it must be set before Hazelcast starts. */
    public static final String VERTX_NODE_ID = "__vertx.nodeId";

    public static final String BROKER_ID = "millrace.broker.id";
    public static final String INCARNATION = "millrace.incarnation";
    public static final String BUS_ADDRESS = "millrace.bus.address";
    public static final String RACK = "millrace.rack";

    private MemberAttributes() {}
}
