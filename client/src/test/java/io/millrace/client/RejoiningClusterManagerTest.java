package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Completable;
import io.vertx.core.Vertx;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RejoiningClusterManagerTest {
    private static final NodeInfo HERE = new NodeInfo("127.0.0.1", 4321, null);

    private final Vertx vertx = Vertx.vertx();
    private final AtomicReference<RegistrationListener> inner = new AtomicReference<>();
    private final CountDownLatch told = new CountDownLatch(3);
    private final AtomicInteger looks = new AtomicInteger();
    private final List<String> forgotten = new ArrayList<>();

    /** Loses a question, fails at the next one, and then knows nobody, whatever it has been told. */
    private final ClusterManager within = (ClusterManager) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {ClusterManager.class}, (proxy, method, args) -> {
                switch (method.getName()) {
                    case "registrationListener" -> inner.set((RegistrationListener) args[0]);
                    case "getNodeId" -> {
                        return "application";
                    }
                    case "getNodeInfo" -> {
                        switch (looks.getAndIncrement()) {
                            case 0 -> {
                                // This answer is lost.
                            }
                            case 1 -> throw new IllegalStateException("not active");
                            default -> ((Completable<?>) args[1]).fail("not a member of the cluster");
                        }
                    }
                    case "setNodeInfo" -> {
                        assertThat(args[0]).isEqualTo(HERE);
                        ((Completable<?>) args[1]).succeed();
                        told.countDown();
                    }
                    default -> {}
                }
                return null;
            });

    private final RegistrationListener bus = new RegistrationListener() {
        @Override
        public void registrationsUpdated(RegistrationUpdateEvent event) {
            assertThat(event.registrations()).isEmpty();
            forgotten.add(event.address());
        }

        @Override
        public boolean wantsUpdatesFor(String address) {
            return address.equals("door");
        }
    };

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void whenRegistrationsAreLostTheBusForgetsWhatItAskedFor() {
        RejoiningClusterManager manager = new RejoiningClusterManager(within);
        manager.registrationListener(bus);
        manager.getRegistrations("door", (found, failure) -> {});
        manager.getRegistrations("other", (found, failure) -> {});
        assertThat(forgotten).isEmpty();

        inner.get().registrationsLost();

        assertThat(forgotten).containsExactlyInAnyOrder("door", "other");
    }

    @Test
    void itRemembersNotMuchMoreThanTheBus() {
        RejoiningClusterManager manager = new RejoiningClusterManager(within);
        manager.registrationListener(bus);
        manager.getRegistrations("door", (found, failure) -> {});
        for (int i = 0; i < 10_000; i++) {
            manager.getRegistrations("passing." + i, (found, failure) -> {});
        }

        inner.get().registrationsLost();

        assertThat(forgotten).contains("door").hasSizeLessThan(1_100);
    }

    @Test
    void whereItListensIsToldAgainAsLongAsNodesDoNotKnow() throws Exception {
        RejoiningClusterManager manager = new RejoiningClusterManager(within, 1);
        manager.init(vertx);

        manager.setNodeInfo(HERE, (done, failure) -> {});

        assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
    }
}
