package io.millrace.verticles.cluster;

import io.vertx.core.spi.cluster.NodeListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Carries Hazelcast's news of nodes, brokers and applications alike, to Vert.x and to whoever else wants to know of
 * departures.
 *
 * <p>Thread: any; called on a thread of Hazelcast's.
 */
final class ClusterNodes implements NodeListener {
    private final List<Consumer<String>> departures = new CopyOnWriteArrayList<>();
    private volatile NodeListener vertxListener;

    void forwardTo(NodeListener listener) {
        vertxListener = listener;
    }

    void onDeparture(Consumer<String> departure) {
        departures.add(departure);
    }

    @Override
    public void nodeAdded(String added) {
        NodeListener listener = vertxListener;
        if (listener != null) {
            listener.nodeAdded(added);
        }
    }

    @Override
    public void nodeLeft(String left) {
        departures.forEach(departure -> departure.accept(left));
        NodeListener listener = vertxListener;
        if (listener != null) {
            listener.nodeLeft(left);
        }
    }
}
