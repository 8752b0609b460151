package io.millrace.verticles.quorum;

import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.cluster.BusNodeId;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Keeps one idle connection to the bus port of every other broker: when its process dies, the operating system closes that
 * connection at once, long before any timeout.
 *
 * <p>Vert.x closes its own bus connections as silently as they come, so they cannot be watched. Nothing is ever written on
 * these; a peer that hangs keeps them open, which is for the timeouts to find out.
 *
 * <p>Thread: the context that made it.
 */
final class PeerWatch {
    /** Before a peer that could not be reached is tried again. */
    static final long RETRY_MS = 1_000;

    /** The connection to one address of a peer. */
    private static final class Watched {
        final BusNodeId node;
        NetSocket socket;
        boolean connecting;
        boolean timed;
        boolean lost;

        Watched(BusNodeId node) {
            this.node = node;
        }

        boolean sameAddress(BusNodeId other) {
            return node.host().equals(other.host()) && node.port() == other.port();
        }
    }

    private final Vertx vertx;
    private final NetClient client;
    private final BusDirectory directory;
    private final int self;
    private final IntConsumer lost;
    private final long retryMs;
    private final Context context;
    private final Map<Integer, Watched> peers = new HashMap<>();
    private boolean closed;

    /** @param lost told of a broker whose connection was closed or refused; once, until it can be reached again */
    PeerWatch(Vertx vertx, NetClient client, BusDirectory directory, int self, IntConsumer lost) {
        this(vertx, client, directory, self, lost, RETRY_MS);
    }

    PeerWatch(Vertx vertx, NetClient client, BusDirectory directory, int self, IntConsumer lost, long retryMs) {
        this.vertx = vertx;
        this.client = client;
        this.directory = directory;
        this.self = self;
        this.lost = lost;
        this.retryMs = retryMs;
        this.context = vertx.getOrCreateContext();
    }

    void start() {
        directory.onChange(id -> context.runOnContext(changed -> look(id)));
        directory.ids().forEach(this::look);
    }

    /** The brokers that cannot be reached right now. */
    List<Integer> unreachable() {
        return peers.entrySet().stream()
                .filter(peer -> peer.getValue().lost)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private void look(int id) {
        Optional<BusNodeId> node = directory.find(id);
        if (closed || id == self || node.isEmpty()) {
            return;
        }
        Watched before = peers.get(id);
        if (before != null && before.sameAddress(node.get())) {
            // Another life of it is heard: if that dies before the next try nobody would see it.
            connect(id, before);
            return;
        }
        Watched now = new Watched(node.get());
        peers.put(id, now);
        if (before != null && before.socket != null) {
            before.socket.close();
        }
        connect(id, now);
    }

    private void connect(int id, Watched peer) {
        if (peer.connecting || peer.socket != null) {
            return;
        }
        peer.connecting = true;
        client.connect(peer.node.port(), peer.node.host()).onComplete(done -> {
            peer.connecting = false;
            if (!isWatched(id, peer)) {
                if (done.succeeded()) {
                    done.result().close();
                }
            } else if (done.succeeded()) {
                peer.socket = done.result();
                peer.lost = false;
                peer.socket.closeHandler(gone -> lose(id, peer));
            } else {
                lose(id, peer);
            }
        });
    }

    private boolean isWatched(int id, Watched peer) {
        return !closed && peers.get(id) == peer;
    }

    private void lose(int id, Watched peer) {
        peer.socket = null;
        if (!isWatched(id, peer)) {
            return;
        }
        if (!peer.timed) {
            peer.timed = true;
            vertx.setTimer(retryMs, again -> {
                peer.timed = false;
                if (isWatched(id, peer)) {
                    connect(id, peer);
                }
            });
        }
        if (!peer.lost) {
            peer.lost = true;
            lost.accept(id);
        }
    }

    void close() {
        closed = true;
        peers.values().stream().filter(peer -> peer.socket != null).forEach(peer -> peer.socket.close());
        peers.clear();
    }
}
