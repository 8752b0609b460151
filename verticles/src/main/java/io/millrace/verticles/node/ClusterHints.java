package io.millrace.verticles.node;

import java.util.List;

/**
 * What Hazelcast's view of the members is good for: hints. Nothing is decided by them.
 *
 * <p>Thread: any; must hand over and return.
 */
public interface ClusterHints {
    /** A member is no longer seen: its process may have died. */
    void memberLost(int brokerId);

    /** The brokers that are seen, the oldest member first: the order in which voters should lead. */
    void membersAre(List<Integer> oldestFirst);

    ClusterHints NOBODY = new ClusterHints() {
        @Override
        public void memberLost(int brokerId) {}

        @Override
        public void membersAre(List<Integer> oldestFirst) {}
    };
}
