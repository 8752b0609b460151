package io.millrace.verticles.cluster;

import static io.millrace.verticles.cluster.DirectClusterManagerTest.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.membership.hazelcast.HazelcastMember;
import io.millrace.membership.hazelcast.MemberAttributes;
import io.millrace.membership.hazelcast.MemberSettings;
import io.millrace.oracle.FreePorts;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.spi.cluster.ClusterManager;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The bus with real Hazelcast members in this JVM, on 127.0.0.1. */
@Tag("full")
class HazelcastAttachTest {
    private static final class Quiet implements HazelcastMember.MemberListener {
        @Override
        public void memberSeen(Map<String, String> attributes) {}

        @Override
        public void membersAre(java.util.List<Map<String, String>> oldestFirst) {}

        @Override
        public void memberGone(Map<String, String> attributes) {}
    }

    private final List<Vertx> vertxes = new ArrayList<>();
    private final List<HazelcastMember> members = new CopyOnWriteArrayList<>();
    private final String clusterName = "attach-" + UUID.randomUUID();
    private final int hazelcastPort = FreePorts.next();

    @AfterEach
    void close() throws Exception {
        vertxes.forEach(vertx -> await(vertx.close()));
        for (HazelcastMember member : members) {
            member.stop(Duration.ofSeconds(5)).toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    private HazelcastMember member(String nodeId) {
        return member(nodeId, 20);
    }

    private HazelcastMember member(String nodeId, int ports) {
        HazelcastMember member = HazelcastMember.start(
                new MemberSettings(
                        clusterName,
                        "127.0.0.1",
                        hazelcastPort,
                        ports,
                        List.of("127.0.0.1:" + hazelcastPort),
                        Map.of(MemberAttributes.VERTX_NODE_ID, nodeId)),
                new Quiet());
        members.add(member);
        return member;
    }

    private Vertx clustered(ClusterManager manager, int port) {
        Vertx vertx = await(Vertx.builder()
                .with(new VertxOptions()
                        .setEventBusOptions(
                                new EventBusOptions().setHost("127.0.0.1").setPort(port)))
                .withClusterManager(manager)
                .buildClustered());
        vertxes.add(vertx);
        return vertx;
    }

    private static String ask(Vertx vertx, String address) {
        return await(DirectClusterManagerTest.ask(vertx, address, new DeliveryOptions()));
    }

    @Test
    void theBusServesBeforeHazelcastAttachesAndApplicationsAfterwards() throws Exception {
        // Given a broker whose Hazelcast is held back
        BusNodeId broker = new BusNodeId(1, UUID.randomUUID(), "127.0.0.1", FreePorts.next());
        CompletableFuture<Void> release = new CompletableFuture<>();
        DirectClusterManager direct = new DirectClusterManager(
                broker,
                new BusDirectory(),
                () -> release.thenCompose(ignored -> HazelcastAttach.to(member(broker.toString()))),
                60_000);
        Vertx one = clustered(direct, broker.port());
        await(one.eventBus()
                .<String>consumer("b.1.echo", m -> m.reply("broker"))
                .completion());
        CompletionStage<Void> ordinary = one.eventBus()
                .<String>consumer("orders.echo", m -> m.reply("application address"))
                .completion()
                .toCompletionStage();
        assertThat(ask(one, "b.1.echo")).isEqualTo("broker");
        assertThat(direct.attached().isComplete()).isFalse();
        assertThat(ordinary.toCompletableFuture()).isNotDone();

        // When Hazelcast comes up, and an application joins the ordinary way
        release.complete(null);
        await(direct.attached());
        ordinary.toCompletableFuture().get(10, TimeUnit.SECONDS);
        HazelcastMember second = member("application");
        Vertx application =
                clustered(HazelcastAttach.to(second).toCompletableFuture().get(60, TimeUnit.SECONDS), 0);

        // Then ordinary addresses work both ways, and brokers' own are nobody's to call or to take
        assertThat(ask(application, "orders.echo")).isEqualTo("application address");
        await(application
                .eventBus()
                .<String>consumer("app.echo", m -> m.reply("from the application"))
                .completion());
        assertThat(ask(one, "app.echo")).isEqualTo("from the application");
        assertThatThrownBy(() -> await(application.eventBus().request("b.1.echo", "")))
                .hasMessageContaining("No handlers for address b.1.echo");
        await(application
                .eventBus()
                .<String>consumer("b.1.echo", m -> m.reply("an intruder"))
                .completion());
        assertThat(ask(one, "b.1.echo")).isEqualTo("broker");
        assertThat(members.get(0).members()).hasSize(2);
    }

    /** An application that starts while a node is down may take its port. */
    @Test
    void aPortThatIsTakenForAWhileIsTriedAgain() throws Exception {
        BusNodeId broker = new BusNodeId(1, UUID.randomUUID(), "127.0.0.1", FreePorts.next());
        CompletableFuture<Void> release = new CompletableFuture<>();
        Vertx timers = Vertx.vertx();
        vertxes.add(timers);
        DirectClusterManager direct = new DirectClusterManager(
                broker,
                new BusDirectory(),
                () -> release.thenCompose(
                        go -> HazelcastAttach.toFirst(() -> member(broker.toString(), 1), timers, 100, () -> true)),
                60_000);
        Vertx one = clustered(direct, broker.port());
        try (ServerSocket taken = new ServerSocket(hazelcastPort, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(taken.isBound()).isTrue();
            release.complete(null);
            while (members.size() < 3) {
                Thread.onSpinWait();
            }
            assertThat(direct.attached().isComplete()).isFalse();
        }

        await(direct.attached());

        await(one.eventBus()
                .<String>consumer("orders.echo", m -> m.reply("here"))
                .completion());
        assertThat(ask(one, "orders.echo")).isEqualTo("here");
    }

    @Test
    void nobodyTriesAgainOnceTheNodeStops() throws Exception {
        Vertx timers = Vertx.vertx();
        vertxes.add(timers);
        HazelcastMember early = member("early");
        CompletionStage<ClusterManager> attached = HazelcastAttach.toFirst(() -> early, timers, 1, () -> false);

        early.stop(Duration.ofSeconds(5)).toCompletableFuture().get(10, TimeUnit.SECONDS);

        assertThat(attached.toCompletableFuture()).isCompletedExceptionally();
        assertThat(members).hasSize(1);
    }

    @Test
    void aMemberThatIsStoppedEarlyNeverComesUp() throws Exception {
        HazelcastMember member = member("early");

        member.stop(Duration.ofSeconds(5)).toCompletableFuture().get(10, TimeUnit.SECONDS);

        assertThat(member.members()).isEmpty();
        assertThat(member.instance().toCompletableFuture()).isCompletedExceptionally();
    }
}
