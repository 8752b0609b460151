package io.millrace.verticles.main;

import io.millrace.membership.hazelcast.HazelcastMember;
import io.millrace.membership.hazelcast.MemberAttributes;
import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.cluster.BusNodeId;
import java.util.Map;

/**
 * Carries what Hazelcast says about members into the table of bus addresses.
 *
 * <p>Thread: Hazelcast's event thread.
 */
record MemberHints(BusDirectory directory) implements HazelcastMember.MemberListener {
    @Override
    public void memberSeen(Map<String, String> attributes) {
        BusNodeId.parse(attributes.getOrDefault(MemberAttributes.VERTX_NODE_ID, ""))
                .ifPresent(directory::put);
    }

    @Override
    public void memberGone(Map<String, String> attributes) {
        BusNodeId.parse(attributes.getOrDefault(MemberAttributes.VERTX_NODE_ID, ""))
                .ifPresent(node -> directory.remove(node.brokerId(), node.incarnation()));
    }
}
