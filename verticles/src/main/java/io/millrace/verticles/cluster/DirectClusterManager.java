package io.millrace.verticles.cluster;

import io.vertx.core.Completable;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clusters Vert.x at once: brokers' own addresses are resolved from a local table, everything else waits for (and then
 * goes to) an ordinary cluster manager that attaches whenever Hazelcast is up.
 *
 * <p>{@code b.<brokerId>.<service>} never touches Hazelcast, so neither its start, nor a false split, nor a member
 * that hangs delays replication, votes or forwarding. Those addresses are stored nowhere: an application that joins
 * through Hazelcast cannot resolve them, and one that registers such an address there is not heard.
 *
 * <p>Thread: any, as the SPI demands; nothing here blocks.
 */
public final class DirectClusterManager implements ClusterManager {
    /** How long a call that needs Hazelcast waits for it. */
    public static final long DEFAULT_ATTACH_TIMEOUT_MS = 30_000;
    /** Services per broker are a handful; a peer asked for more has a bug in the caller. */
    private static final int MAX_CACHED_ADDRESSES = 4096;

    private static final Logger log = LoggerFactory.getLogger(DirectClusterManager.class);

    private final BusNodeId self;
    private final String nodeId;
    private final BusDirectory directory;
    private final Supplier<CompletionStage<ClusterManager>> ordinary;
    private final AttachGate gate;
    private final Promise<Void> attachedPromise = Promise.promise();
    /** Addresses a selector may have cached, so that a broker's new run can be told to it. */
    private final Set<BusAddress> asked = ConcurrentHashMap.newKeySet();
    /** Registrations that wait for Hazelcast, so that closing a consumer before that need not wait. */
    private final Map<RegistrationKey, AttachGate.Waiting> waitingRegistrations = new ConcurrentHashMap<>();

    private record RegistrationKey(String address, RegistrationInfo info) {
        /** By hand, as in {@link BusNodeId}. */
        @Override
        public boolean equals(Object other) {
            return other instanceof RegistrationKey that && address.equals(that.address) && info.equals(that.info);
        }

        @Override
        public int hashCode() {
            return 31 * address.hashCode() + info.hashCode();
        }
    }

    private final ClusterNodes nodes = new ClusterNodes();
    private Vertx vertx;
    private volatile RegistrationListener registrationListener;
    private volatile NodeInfo nodeInfo;
    private volatile boolean active;

    /**
     * @param self this run of this broker; its text is the Vert.x node id and must also be Hazelcast's member attribute
     *     {@code __vertx.nodeId}
     * @param ordinary started when Vert.x joins; completes with a manager that has not joined yet, or fails when
     *     Hazelcast could not start (then only the brokers' own addresses work)
     */
    public DirectClusterManager(
            BusNodeId self,
            BusDirectory directory,
            Supplier<CompletionStage<ClusterManager>> ordinary,
            long attachTimeoutMs) {
        this.self = self;
        this.nodeId = self.toString();
        this.directory = directory;
        this.ordinary = ordinary;
        this.gate = new AttachGate(attachTimeoutMs);
        directory.onChange(this::brokerMoved);
    }

    /** Completes when ordinary addresses work; fails when they never will. */
    public io.vertx.core.Future<Void> attached() {
        return attachedPromise.future();
    }

    /** Tells of every node, application or broker, that has left the cluster. Called on a thread of Hazelcast's. */
    public void onNodeLeft(Consumer<String> departure) {
        nodes.onDeparture(departure);
    }

    @Override
    public void init(Vertx vertx) {
        this.vertx = vertx;
    }

    @Override
    public void join(Completable<Void> promise) {
        active = true;
        promise.succeed();
    }

    private void attach() {
        ordinary.get().whenComplete((manager, failure) -> {
            if (failure != null) {
                attachFailed(failure);
            } else if (active) {
                joinOrdinary(manager);
            }
        });
    }

    private void joinOrdinary(ClusterManager manager) {
        manager.init(vertx);
        manager.registrationListener(new OrdinaryAddressesOnly());
        manager.nodeListener(nodes);
        Promise<Void> joined = Promise.promise();
        manager.join(joined);
        joined.future()
                .compose(ignored -> {
                    if (!nodeId.equals(manager.getNodeId())) {
                        throw new IllegalStateException("Hazelcast member attribute __vertx.nodeId is "
                                + manager.getNodeId() + ", the bus started as " + nodeId);
                    }
                    Promise<Void> published = Promise.promise();
                    manager.setNodeInfo(nodeInfo, published);
                    return published.future();
                })
                .onSuccess(ignored -> {
                    if (active) {
                        gate.open(vertx, manager);
                        attachedPromise.tryComplete();
                    } else {
                        manager.leave(Promise.promise());
                    }
                })
                .onFailure(this::attachFailed);
    }

    private void attachFailed(Throwable failure) {
        Throwable why = new IllegalStateException("Hazelcast did not attach: " + failure.getMessage(), failure);
        if (active) {
            log.warn("{}; brokers' own addresses go on, applications cannot join", why.getMessage());
        }
        gate.refuse(vertx, why);
        attachedPromise.tryFail(why);
    }

    @Override
    public void leave(Completable<Void> promise) {
        active = false;
        ClusterManager manager = gate.attached();
        Throwable why = new IllegalStateException("this node is leaving the cluster");
        gate.refuse(vertx, why);
        attachedPromise.tryFail(why);
        if (manager == null) {
            promise.succeed();
        } else {
            manager.leave(promise);
        }
    }

    @Override
    public boolean isActive() {
        return active;
    }

    @Override
    public String getNodeId() {
        return nodeId;
    }

    @Override
    public List<String> getNodes() {
        ClusterManager manager = gate.attached();
        return manager == null ? List.of(nodeId) : manager.getNodes();
    }

    /** The last step of Vert.x's start: from here on the bus works, so Hazelcast may take the processor. */
    @Override
    public void setNodeInfo(NodeInfo info, Completable<Void> promise) {
        nodeInfo = info;
        directory.put(new BusNodeId(self.brokerId(), self.incarnation(), info.host(), info.port()));
        promise.succeed();
        attach();
    }

    @Override
    public NodeInfo getNodeInfo() {
        return nodeInfo;
    }

    @Override
    public void getNodeInfo(String wanted, Completable<NodeInfo> promise) {
        if (wanted.equals(nodeId)) {
            promise.succeed(nodeInfo);
            return;
        }
        Optional<BusNodeId> broker = BusNodeId.parse(wanted);
        if (broker.isEmpty()) {
            gate.whenAttached(vertx, "finding node " + wanted, m -> m.getNodeInfo(wanted, promise), promise::fail);
            return;
        }
        BusNodeId node = broker.get();
        Optional<BusNodeId> listening = node.port() != 0
                ? broker
                : directory.find(node.brokerId()).filter(n -> n.incarnation().equals(node.incarnation()));
        if (listening.isPresent()) {
            promise.succeed(new NodeInfo(listening.get().host(), listening.get().port(), null));
        } else {
            promise.fail(new IllegalStateException("nobody has told where " + wanted + " listens"));
        }
    }

    @Override
    public void getRegistrations(String address, Completable<List<RegistrationInfo>> promise) {
        if (!BusAddress.isReserved(address)) {
            gate.whenAttached(
                    vertx,
                    "a message to " + address,
                    m -> m.getRegistrations(address, promise),
                    failure -> promise.fail(unreachable(failure.getMessage())));
            return;
        }
        Optional<BusAddress> direct = BusAddress.parse(address);
        if (direct.isEmpty()) {
            promise.fail(unreachable(address + " is not b.<brokerId>.<service>"));
            return;
        }
        if (asked.size() < MAX_CACHED_ADDRESSES) {
            asked.add(direct.get());
        } else if (!asked.contains(direct.get())) {
            promise.fail(unreachable("more than " + MAX_CACHED_ADDRESSES + " broker addresses in use"));
            return;
        }
        List<RegistrationInfo> found = registrationsOf(direct.get().brokerId());
        if (found.isEmpty()) {
            promise.fail(unreachable(
                    "broker " + direct.get().brokerId() + " is not known on the bus (message to " + address + ")"));
        } else {
            promise.succeed(found);
        }
    }

    /** Of all failures, Vert.x hands only this kind to a waiting request; with any other it would wait for its timeout. */
    private static ReplyException unreachable(String why) {
        return new ReplyException(ReplyFailure.NO_HANDLERS, why);
    }

    private List<RegistrationInfo> registrationsOf(int brokerId) {
        if (brokerId == self.brokerId()) {
            return List.of(new RegistrationInfo(nodeId, 0, false));
        }
        return directory
                .find(brokerId)
                .map(node -> List.of(new RegistrationInfo(node.toString(), 0, false)))
                .orElse(List.of());
    }

    private void brokerMoved(int brokerId) {
        RegistrationListener listener = registrationListener;
        if (listener == null || brokerId == self.brokerId()) {
            return;
        }
        for (BusAddress address : asked) {
            if (address.brokerId() == brokerId && listener.wantsUpdatesFor(address.toString())) {
                listener.registrationsUpdated(
                        new RegistrationUpdateEvent(address.toString(), registrationsOf(brokerId)));
            }
        }
    }

    @Override
    public void registrationListener(RegistrationListener listener) {
        registrationListener = listener;
    }

    @Override
    public void nodeListener(NodeListener listener) {
        nodes.forwardTo(listener);
    }

    @Override
    public void addRegistration(String address, RegistrationInfo info, Completable<Void> promise) {
        if (BusAddress.isReserved(address)) {
            Optional<BusAddress> direct = BusAddress.parse(address);
            if (direct.isPresent() && direct.get().brokerId() == self.brokerId()) {
                promise.succeed();
            } else {
                promise.fail(new IllegalArgumentException(
                        address + " cannot be served here: this is broker " + self.brokerId()));
            }
            return;
        }
        RegistrationKey key = new RegistrationKey(address, info);
        // A consumer for this node alone works already; Hazelcast's side only has to hear of it in time.
        Completable<Void> outcome = info.localOnly() ? (ok, ignored) -> {} : promise;
        AttachGate.Waiting waiting = gate.whenAttached(
                vertx,
                "registering " + address,
                manager -> {
                    waitingRegistrations.remove(key);
                    manager.addRegistration(address, info, outcome);
                },
                failure -> {
                    waitingRegistrations.remove(key);
                    outcome.fail(failure);
                });
        if (waiting != null) {
            waitingRegistrations.put(key, waiting);
        }
        if (info.localOnly()) {
            promise.succeed();
        }
    }

    @Override
    public void removeRegistration(String address, RegistrationInfo info, Completable<Void> promise) {
        if (BusAddress.isReserved(address)) {
            promise.succeed();
            return;
        }
        gate.cancel(waitingRegistrations.remove(new RegistrationKey(address, info)));
        ClusterManager manager = gate.attached();
        if (manager == null) {
            promise.succeed();
        } else {
            manager.removeRegistration(address, info, promise);
        }
    }

    @Override
    public <K, V> void getAsyncMap(String name, Completable<AsyncMap<K, V>> promise) {
        gate.whenAttached(vertx, "cluster map " + name, m -> m.getAsyncMap(name, promise), promise::fail);
    }

    @Override
    public <K, V> Map<K, V> getSyncMap(String name) {
        ClusterManager manager = gate.attached();
        if (manager == null) {
            throw new IllegalStateException("cluster map " + name + " is not possible: Hazelcast is not attached");
        }
        return manager.getSyncMap(name);
    }

    @Override
    public void getLockWithTimeout(String name, long timeoutMs, Completable<Lock> promise) {
        gate.whenAttached(
                vertx, "cluster lock " + name, m -> m.getLockWithTimeout(name, timeoutMs, promise), promise::fail);
    }

    @Override
    public void getCounter(String name, Completable<Counter> promise) {
        gate.whenAttached(vertx, "cluster counter " + name, m -> m.getCounter(name, promise), promise::fail);
    }

    @Override
    public String clusterHost() {
        return self.host();
    }

    /** Keeps what others stored under reserved addresses from reaching the selector's cache. */
    private final class OrdinaryAddressesOnly implements RegistrationListener {
        @Override
        public void registrationsUpdated(RegistrationUpdateEvent event) {
            if (!BusAddress.isReserved(event.address())) {
                registrationListener.registrationsUpdated(event);
            }
        }

        @Override
        public void registrationsLost() {
            registrationListener.registrationsLost();
        }

        @Override
        public boolean wantsUpdatesFor(String address) {
            return !BusAddress.isReserved(address) && registrationListener.wantsUpdatesFor(address);
        }
    }
}
