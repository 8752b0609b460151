package io.millrace.verticles.cluster;

import io.millrace.membership.hazelcast.HazelcastMember;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.concurrent.CompletionStage;

/**
 * The one place where Vert.x's cluster manager and our Hazelcast member meet.
 *
 * <p>Thread: any; the stage completes on Hazelcast's start thread.
 */
public final class HazelcastAttach {
    private HazelcastAttach() {}

    /** A manager on top of the member as soon as that one is up. The member stays ours to stop, after Vert.x closed. */
    public static CompletionStage<ClusterManager> to(HazelcastMember member) {
        return member.instance().thenApply(HazelcastClusterManager::new);
    }
}
