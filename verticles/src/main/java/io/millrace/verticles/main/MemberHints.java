package io.millrace.verticles.main;

import io.millrace.membership.hazelcast.HazelcastMember;
import io.millrace.membership.hazelcast.MemberAttributes;
import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.cluster.BusNodeId;
import io.millrace.verticles.config.HostPort;
import io.millrace.verticles.node.ClusterHints;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Carries what Hazelcast says about members to those who can use a hint: where a broker listens, that one may have died, who
 * is the oldest.
 *
 * <p>A member that is gone stays in the table of addresses: Hazelcast splits falsely, and a broker must be reachable then.
 *
 * <p>Thread: Hazelcast's event thread.
 */
record MemberHints(BusDirectory directory, ClusterHints hints) implements HazelcastMember.MemberListener {
    @Override
    public void memberSeen(Map<String, String> attributes) {
        broker(attributes).filter(node -> node.port() != 0).ifPresent(directory::put);
    }

    @Override
    public void memberGone(Map<String, String> attributes) {
        broker(attributes).ifPresent(node -> hints.memberLost(node.brokerId()));
    }

    @Override
    public void membersAre(List<Map<String, String>> oldestFirst) {
        hints.membersAre(oldestFirst.stream()
                .flatMap(attributes -> broker(attributes).stream())
                .map(BusNodeId::brokerId)
                .toList());
    }

    /** Empty for a member that is no broker, such as an application. */
    private static Optional<BusNodeId> broker(Map<String, String> attributes) {
        Optional<BusNodeId> node = BusNodeId.parse(attributes.getOrDefault(MemberAttributes.VERTX_NODE_ID, ""));
        try {
            HostPort listens = HostPort.parse(attributes.getOrDefault(MemberAttributes.BUS_ADDRESS, ""));
            return node.map(id -> new BusNodeId(id.brokerId(), id.incarnation(), listens.host(), listens.port()));
        } catch (IllegalArgumentException notTold) {
            return node;
        }
    }
}
