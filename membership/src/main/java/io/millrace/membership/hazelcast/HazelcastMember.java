package io.millrace.membership.hazelcast;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.InitialMembershipEvent;
import com.hazelcast.cluster.InitialMembershipListener;
import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's Hazelcast member, started and stopped on threads of its own so that nobody waits for it.
 *
 * <p>What it reports are hints: a member that is gone starts a probe, it never ends a broker's session by itself.
 *
 * <p>Thread: any; no method blocks except {@link #members()}, which reads Hazelcast's own snapshot.
 */
public final class HazelcastMember {
    private static final Logger log = LoggerFactory.getLogger(HazelcastMember.class);

    /** Told on Hazelcast's event thread; must hand over and return. */
    public interface MemberListener {
        void memberSeen(Map<String, String> attributes);

        void memberGone(Map<String, String> attributes);

        /** Attributes of all members, the oldest first; told after every change, and once at the beginning. */
        void membersAre(List<Map<String, String>> oldestFirst);
    }

    private final CompletableFuture<HazelcastInstance> instance = new CompletableFuture<>();

    private HazelcastMember() {}

    /** Begins to start; the outcome is {@link #instance()}'s. */
    public static HazelcastMember start(MemberSettings settings, MemberListener listener) {
        HazelcastMember member = new HazelcastMember();
        Thread starter = new Thread(() -> member.run(settings, listener), "millrace-hazelcast-start");
        starter.setDaemon(true);
        // The listener opens before Hazelcast is up; while both compete for the processor the former comes first.
        starter.setPriority(Thread.MIN_PRIORITY);
        starter.start();
        return member;
    }

    private void run(MemberSettings settings, MemberListener listener) {
        try {
            // The logging choice is also read from the system before any configuration exists.
            System.setProperty("hazelcast.logging.type", "slf4j");
            var config = HazelcastConfig.of(settings);
            config.addListenerConfig(new ListenerConfig(new Hints(listener)));
            HazelcastInstance started = Hazelcast.newHazelcastInstance(config);
            if (!instance.complete(started)) {
                started.getLifecycleService().terminate();
            }
        } catch (Throwable failure) {
            instance.completeExceptionally(failure);
        }
    }

    /** Completes when the member has joined (or formed) its cluster; fails when it could not start. */
    public CompletionStage<HazelcastInstance> instance() {
        return instance.copy();
    }

    /** The attributes of all members, oldest member first; empty while Hazelcast is not up. */
    public List<Map<String, String>> members() {
        HazelcastInstance started = instance.isCompletedExceptionally() ? null : instance.getNow(null);
        if (started == null || !started.getLifecycleService().isRunning()) {
            return List.of();
        }
        return started.getCluster().getMembers().stream()
                .map(Member::getAttributes)
                .toList();
    }

    /** Leaves politely; after the deadline it is cut off. Completes in either case, also when it never came up. */
    public CompletionStage<Void> stop(Duration deadline) {
        instance.completeExceptionally(new IllegalStateException("stopped before Hazelcast was up"));
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        if (instance.isCompletedExceptionally()) {
            stopped.complete(null);
            return stopped;
        }
        HazelcastInstance started = instance.join();
        Thread stopper = new Thread(
                () -> {
                    try {
                        started.getLifecycleService().shutdown();
                        stopped.complete(null);
                    } catch (RuntimeException failure) {
                        stopped.completeExceptionally(failure);
                    }
                },
                "millrace-hazelcast-stop");
        stopper.setDaemon(true);
        stopper.start();
        return stopped.copy()
                .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(late -> {
                    log.warn("Hazelcast did not leave within {} ms, cutting it off", deadline.toMillis());
                    started.getLifecycleService().terminate();
                    return null;
                });
    }

    private record Hints(MemberListener listener) implements InitialMembershipListener {
        @Override
        public void init(InitialMembershipEvent event) {
            event.getMembers().forEach(member -> listener.memberSeen(member.getAttributes()));
            tellAll(event.getCluster());
        }

        @Override
        public void memberAdded(MembershipEvent event) {
            listener.memberSeen(event.getMember().getAttributes());
            tellAll(event.getCluster());
        }

        @Override
        public void memberRemoved(MembershipEvent event) {
            listener.memberGone(event.getMember().getAttributes());
            tellAll(event.getCluster());
        }

        private void tellAll(Cluster cluster) {
            listener.membersAre(
                    cluster.getMembers().stream().map(Member::getAttributes).toList());
        }
    }
}
