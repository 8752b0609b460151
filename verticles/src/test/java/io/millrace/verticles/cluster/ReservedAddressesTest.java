package io.millrace.verticles.cluster;

import static io.millrace.verticles.cluster.DirectClusterManagerTest.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Completable;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.spi.cluster.ClusterManager;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may send to {@code b.*}: brokers, even those nobody has heard of, and nobody else. */
class ReservedAddressesTest {
    private final List<Vertx> started = new ArrayList<>();

    @AfterEach
    void close() {
        started.forEach(vertx -> await(vertx.close()));
    }

    private Vertx node(ClusterManager manager) {
        Vertx vertx = await(Vertx.builder()
                .with(new VertxOptions()
                        .setEventBusOptions(
                                new EventBusOptions().setHost("127.0.0.1").setPort(0)))
                .withClusterManager(manager)
                .buildClustered());
        started.add(vertx);
        return vertx;
    }

    private static DirectClusterManager manager(BusNodeId id, BusDirectory directory) {
        return new DirectClusterManager(id, directory, CompletableFuture::new, 60_000);
    }

    /** A broker's cluster manager under an application's node id: it knows every way, and is still no broker. */
    private static ClusterManager disguised(DirectClusterManager broker, String nodeId) {
        return (ClusterManager) Proxy.newProxyInstance(
                ReservedAddressesTest.class.getClassLoader(),
                new Class<?>[] {ClusterManager.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("getNodeId")) {
                        return nodeId;
                    }
                    if (method.getName().equals("addRegistration")) {
                        @SuppressWarnings("unchecked")
                        Completable<Void> done = (Completable<Void>) arguments[2];
                        done.succeed();
                        return null;
                    }
                    return method.invoke(broker, arguments);
                });
    }

    @Test
    void aMessageOfAnApplicationThatFoundTheWayIsDroppedAndABrokersIsNot() {
        BusDirectory directory = new BusDirectory();
        BusNodeId one = new BusNodeId(1, UUID.randomUUID(), "127.0.0.1", 0);
        Vertx broker = node(manager(one, directory));
        ReservedAddresses guard = new ReservedAddresses(one.toString());
        broker.eventBus().addInboundInterceptor(guard);
        await(broker.eventBus()
                .<String>consumer("b.1.echo", message -> message.reply(MessageOrigin.of(message)))
                .completion());
        BusNodeId where = directory.find(1).orElseThrow();
        BusDirectory known = new BusDirectory();
        known.put(where);
        BusNodeId two = new BusNodeId(2, UUID.randomUUID(), "127.0.0.1", 0);
        Vertx second = node(manager(two, known));
        Vertx intruder =
                node(disguised(manager(new BusNodeId(9, UUID.randomUUID(), "127.0.0.1", 0), known), "an-application"));

        String origin = await(DirectClusterManagerTest.ask(broker, "b.1.echo", new DeliveryOptions()));
        assertThat(origin).isEqualTo(one.toString());
        assertThatThrownBy(() -> await(
                        DirectClusterManagerTest.ask(intruder, "b.1.echo", new DeliveryOptions().setSendTimeout(500))))
                .hasMessageContaining("Timed out");

        assertThat(guard.refused()).isEqualTo(1);
        directory.put(known.find(2).orElseThrow());
        assertThat(await(DirectClusterManagerTest.ask(second, "b.1.echo", new DeliveryOptions())))
                .isEqualTo(two.toString());
        assertThat(guard.refused()).isEqualTo(1);
    }
}
