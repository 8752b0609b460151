package io.millrace.verticles.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.oracle.FreePorts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.spi.cluster.ClusterManager;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The bus between brokers, without any Hazelcast: it never comes up, and nobody waits for it. */
class DirectClusterManagerTest {
    private final List<Vertx> started = new ArrayList<>();

    private record Bus(Vertx vertx, BusNodeId id, BusDirectory directory) {
        Future<String> ask(String address) {
            return DirectClusterManagerTest.ask(vertx, address, new DeliveryOptions());
        }

        void echoOn(String address, String answer) {
            await(vertx.eventBus()
                    .<String>consumer(address, message -> message.reply(answer))
                    .completion());
        }
    }

    @AfterEach
    void close() {
        started.forEach(vertx -> await(vertx.close()));
    }

    private Bus start(int brokerId, int port, CompletableFuture<ClusterManager> hazelcast, long timeoutMs) {
        BusDirectory directory = new BusDirectory();
        BusNodeId id = new BusNodeId(brokerId, UUID.randomUUID(), "127.0.0.1", port);
        DirectClusterManager manager = new DirectClusterManager(id, directory, () -> hazelcast, timeoutMs);
        Vertx vertx = await(Vertx.builder()
                .with(new VertxOptions()
                        .setEventBusOptions(
                                new EventBusOptions().setHost("127.0.0.1").setPort(port)))
                .withClusterManager(manager)
                .buildClustered());
        started.add(vertx);
        return new Bus(vertx, id, directory);
    }

    private Bus start(int brokerId) {
        return start(brokerId, FreePorts.next(), new CompletableFuture<>(), 60_000);
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    static Future<String> ask(Vertx vertx, String address, DeliveryOptions options) {
        Future<Message<String>> reply = vertx.eventBus().request(address, "hello", options);
        return reply.map(Message::body);
    }

    @Test
    void ownServicesAnswerWhileHazelcastIsNotThere() {
        Bus one = start(1);
        one.echoOn("b.1.echo", "from 1");

        assertThat(await(one.ask("b.1.echo"))).isEqualTo("from 1");
    }

    @Test
    void anotherBrokerIsReachedByTheTableAloneAndItsReplyFindsTheWayBack() {
        Bus one = start(1);
        Bus two = start(2);
        one.echoOn("b.1.echo", "from 1");
        // Broker 1 has never heard of broker 2: the reply follows the sender's node id.
        two.directory().put(one.id());

        assertThat(await(two.ask("b.1.echo"))).isEqualTo("from 1");
    }

    @Test
    void aSeedIsReachedBeforeAnythingIsKnownAboutItsRun() {
        Bus one = start(1);
        Bus two = start(2);
        one.echoOn("b.1.echo", "from 1");

        two.directory().putIfAbsent(BusNodeId.seed(1, "127.0.0.1", one.id().port()));

        assertThat(await(two.ask("b.1.echo"))).isEqualTo("from 1");
    }

    @Test
    void aBrokerThatCameBackOnAnotherPortIsReachedThere() {
        Bus first = start(1);
        Bus two = start(2);
        first.echoOn("b.1.echo", "first run");
        two.directory().put(first.id());
        assertThat(await(two.ask("b.1.echo"))).isEqualTo("first run");

        Bus second = start(1);
        second.echoOn("b.1.echo", "second run");
        two.directory().put(second.id());

        assertThat(await(two.ask("b.1.echo"))).isEqualTo("second run");
    }

    @Test
    void theLateDepartureOfAnOldRunDoesNotHideTheNewOne() {
        Bus first = start(1);
        Bus two = start(2);
        Bus second = start(1);
        second.echoOn("b.1.echo", "second run");
        two.directory().put(first.id());
        two.directory().put(second.id());

        two.directory().remove(1, first.id().incarnation());

        assertThat(await(two.ask("b.1.echo"))).isEqualTo("second run");
    }

    @Test
    void anUnknownBrokerFailsAtOnceWithItsNumber() {
        Bus one = start(1);

        assertThatThrownBy(() -> await(one.ask("b.7.echo"))).hasMessageContaining("broker 7 is not known on the bus");
    }

    @Test
    void aBrokerThatIsForgottenIsUnknownAgain() {
        Bus one = start(1);
        Bus two = start(2);
        one.echoOn("b.1.echo", "from 1");
        two.directory().put(one.id());
        assertThat(await(two.ask("b.1.echo"))).isEqualTo("from 1");

        two.directory().remove(1, one.id().incarnation());

        assertThatThrownBy(() -> await(two.ask("b.1.echo"))).hasMessageContaining("broker 1 is not known");
    }

    @Test
    void nobodyServesAnothersOrAMalformedBrokerAddress() {
        Bus one = start(1);

        assertThatThrownBy(() -> one.echoOn("b.2.echo", "false")).hasMessageContaining("this is broker 1");
        assertThatThrownBy(() -> one.echoOn("b.x.echo", "false")).hasMessageContaining("this is broker 1");
        assertThatThrownBy(() -> await(one.ask("b.x.echo"))).hasMessageContaining("b.<brokerId>.<service>");
    }

    @Test
    void anOrdinaryAddressWaitsForHazelcastNoLongerThanTheTimeout() {
        Bus one = start(1, FreePorts.next(), new CompletableFuture<>(), 50);

        assertThatThrownBy(() -> await(one.ask("application.echo")))
                .hasMessageContaining("a message to application.echo gave up")
                .hasMessageContaining("50 ms");
    }

    @Test
    void anOrdinaryAddressFailsWithTheReasonWhenHazelcastCannotStart() {
        Bus one = start(
                1, FreePorts.next(), CompletableFuture.failedFuture(new IllegalStateException("port in use")), 60_000);

        assertThatThrownBy(() -> await(one.ask("application.echo")))
                .hasMessageContaining("Hazelcast did not attach: port in use");
        one.echoOn("b.1.echo", "from 1");
        assertThat(await(one.ask("b.1.echo"))).isEqualTo("from 1");
    }

    @Test
    void aConsumerOfThisNodeAloneNeedsNoHazelcast() {
        Bus one = start(1);
        await(one.vertx()
                .eventBus()
                .<String>localConsumer("inside", message -> message.reply("here"))
                .completion());

        assertThat(await(ask(one.vertx(), "inside", new DeliveryOptions().setLocalOnly(true))))
                .isEqualTo("here");
    }
}
