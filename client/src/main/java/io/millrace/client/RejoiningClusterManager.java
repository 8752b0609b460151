package io.millrace.client;

import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import io.vertx.core.shareddata.Counter;
import io.vertx.core.shareddata.Lock;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.NodeListener;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Goes around an application's cluster manager, so that its event bus works again when all nodes have been down at once.
 *
 * <p>Two things are missing in Vert.x 5.0 then. A cluster manager whose member has joined the nodes again tells
 * that all it said of addresses is void ({@link RegistrationListener#registrationsLost}), but Vert.x' bus does not listen to that, and
 * sends to nodes that have gone for ever. And where the application itself listens, which nodes look up for their answers, is
 * told to them once: if that fails or is taken back by a node that believed it gone, no answer finds its way.
 *
 * <p>Thread: any, as the SPI demands; nothing here blocks.
 */
public final class RejoiningClusterManager implements ClusterManager {
    /** So often it is looked whether nodes know where this application listens. */
    private static final long LOOK_MS = 2_000;
    /** A look that takes longer has lost its answer: the next one may get one. */
    private static final int MOST_LOOKS_MISSED = 5;
    /** Addresses that are remembered before those the bus has forgotten are looked for. */
    private static final int SWEEP_FROM = 1_024;

    private final ClusterManager within;
    private final long lookMs;
    /** Whatever the bus may remember of: at least that, at most twice as much. */
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile int sweepAt = SWEEP_FROM;
    private volatile RegistrationListener bus = new RegistrationListener() {};
    private volatile Vertx vertx;
    private volatile Long timer;

    /** @param within the real one, for example a {@code HazelcastClusterManager} */
    public RejoiningClusterManager(ClusterManager within) {
        this(within, LOOK_MS);
    }

    RejoiningClusterManager(ClusterManager within, long lookMs) {
        this.within = within;
        this.lookMs = lookMs;
    }

    @Override
    public void init(Vertx vertx) {
        this.vertx = vertx;
        within.init(vertx);
    }

    @Override
    public void registrationListener(RegistrationListener listener) {
        bus = listener;
        within.registrationListener(new RegistrationListener() {
            @Override
            public void registrationsUpdated(RegistrationUpdateEvent event) {
                listener.registrationsUpdated(event);
            }

            @Override
            public void registrationsLost() {
                listener.registrationsLost();
                forget();
            }

            @Override
            public boolean wantsUpdatesFor(String address) {
                return listener.wantsUpdatesFor(address);
            }
        });
    }

    /** Nobody is registered: the bus takes that for nothing to remember, and asks when it next sends there. */
    private void forget() {
        for (String address : asked) {
            bus.registrationsUpdated(new RegistrationUpdateEvent(address, List.of()));
        }
    }

    @Override
    public void getRegistrations(String address, Completable<List<RegistrationInfo>> promise) {
        // Before it is asked, so that an answer from before a loss is not kept after it.
        if (asked.add(address) && asked.size() > sweepAt) {
            asked.removeIf(known -> !bus.wantsUpdatesFor(known));
            sweepAt = Math.max(SWEEP_FROM, 2 * asked.size());
        }
        within.getRegistrations(address, promise);
    }

    @Override
    public void setNodeInfo(NodeInfo info, Completable<Void> promise) {
        within.setNodeInfo(info, promise);
        if (timer == null) {
            timer = vertx.setPeriodic(lookMs, over -> look(info));
        }
    }

    private void look(NodeInfo info) {
        if (!looking.compareAndSet(false, true)) {
            return;
        }
        // Whatever is thrown fails the future, too.
        Future.succeededFuture()
                .compose(now -> {
                    Promise<NodeInfo> known = Promise.promise();
                    within.getNodeInfo(within.getNodeId(), known);
                    return known.future();
                })
                .recover(unknown -> {
                    Promise<Void> told = Promise.promise();
                    within.setNodeInfo(info, told);
                    // Whatever took it back may have come with a loss that nobody has told of.
                    return told.future().onSuccess(done -> forget()).map(done -> info);
                })
                .timeout(MOST_LOOKS_MISSED * lookMs, TimeUnit.MILLISECONDS)
                // Without any node neither can be done: the next look may find one.
                .onComplete(over -> looking.set(false));
    }

    @Override
    public void leave(Completable<Void> promise) {
        if (timer != null) {
            vertx.cancelTimer(timer);
        }
        within.leave(promise);
    }

    @Override
    public void join(Completable<Void> promise) {
        within.join(promise);
    }

    @Override
    public boolean isActive() {
        return within.isActive();
    }

    @Override
    public String getNodeId() {
        return within.getNodeId();
    }

    @Override
    public List<String> getNodes() {
        return within.getNodes();
    }

    @Override
    public NodeInfo getNodeInfo() {
        return within.getNodeInfo();
    }

    @Override
    public void getNodeInfo(String nodeId, Completable<NodeInfo> promise) {
        within.getNodeInfo(nodeId, promise);
    }

    @Override
    public void nodeListener(NodeListener listener) {
        within.nodeListener(listener);
    }

    @Override
    public void addRegistration(String address, RegistrationInfo info, Completable<Void> promise) {
        within.addRegistration(address, info, promise);
    }

    @Override
    public void removeRegistration(String address, RegistrationInfo info, Completable<Void> promise) {
        within.removeRegistration(address, info, promise);
    }

    @Override
    public <K, V> void getAsyncMap(String name, Completable<AsyncMap<K, V>> promise) {
        within.getAsyncMap(name, promise);
    }

    @Override
    public <K, V> Map<K, V> getSyncMap(String name) {
        return within.getSyncMap(name);
    }

    @Override
    public void getLockWithTimeout(String name, long timeoutMs, Completable<Lock> promise) {
        within.getLockWithTimeout(name, timeoutMs, promise);
    }

    @Override
    public void getCounter(String name, Completable<Counter> promise) {
        within.getCounter(name, promise);
    }

    @Override
    public String clusterHost() {
        return within.clusterHost();
    }

    @Override
    public String clusterPublicHost() {
        return within.clusterPublicHost();
    }
}
