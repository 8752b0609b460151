package io.millrace.verticles.quorum;

import io.millrace.verticles.cluster.BusAddress;
import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.cluster.BusNodeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageProducer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries framed messages between nodes, sent and forgotten: loss is normal, whoever needs an answer asks again.
 *
 * <p>The bus queues without bound for a peer that is down or hangs. So what was not yet handed to a socket is counted per
 * peer, and beyond a bound new messages are dropped.
 *
 * <p>Thread: one event loop.
 */
public final class PeerBus {
    /** More than this node ever has to say to one peer at a time. */
    static final int MAX_MESSAGES_IN_FLIGHT = 64;

    static final long MAX_BYTES_IN_FLIGHT = 32L * 1024 * 1024;
    private static final int MAX_COMPLAINTS = 100;
    private static final Logger log = LoggerFactory.getLogger(PeerBus.class);

    /** What is done with a message. */
    public interface Receiver {
        /**
         * A message has come.
         *
         * @param clusterId what the sender is part of; empty while it is part of none
         * @throws RuntimeException when the payload cannot be understood; it is dropped
         */
        void receive(int from, String clusterId, ByteBuffer payload);
    }

    /** What is on its way to one peer. */
    private static final class Lane {
        int messages;
        long bytes;
    }

    private final Vertx vertx;
    private final BusNodeId self;
    private final BusDirectory directory;
    private final Map<Integer, Lane> lanes = new HashMap<>();
    private final Map<BusAddress, MessageProducer<Buffer>> producers = new HashMap<>();
    private final List<MessageConsumer<Buffer>> consumers = new ArrayList<>();
    private int complaints;
    private long dropped;

    /** @param directory learns where those listen who speak to this node */
    public PeerBus(Vertx vertx, int nodeId, UUID incarnation, BusDirectory directory) {
        this.vertx = vertx;
        this.directory = directory;
        // A bus that is not clustered (as in tests) has no address.
        this.self = directory.find(nodeId).orElseGet(() -> new BusNodeId(nodeId, incarnation, "localhost", 0));
    }

    /** @param clusterId what this node is part of; empty while it is part of none */
    public void send(int to, String service, String clusterId, byte[] payload) {
        Lane lane = lanes.computeIfAbsent(to, id -> new Lane());
        if (lane.messages >= MAX_MESSAGES_IN_FLIGHT || lane.bytes + payload.length > MAX_BYTES_IN_FLIGHT) {
            dropped++;
            return;
        }
        byte[] frame = PeerFrame.encode(self, clusterId, payload);
        lane.messages++;
        lane.bytes += payload.length;
        producers
                .computeIfAbsent(
                        new BusAddress(to, service), address -> vertx.eventBus().sender(address.toString()))
                .write(Buffer.buffer(frame))
                .onComplete(handedOver -> {
                    lane.messages--;
                    lane.bytes -= payload.length;
                });
    }

    /** Messages that were not sent because too much was on its way to that peer already. */
    public long dropped() {
        return dropped;
    }

    /** Takes in what others send to a service of this node. */
    public Future<Void> consume(String service, Receiver receiver) {
        MessageConsumer<Buffer> consumer = vertx.eventBus()
                .consumer(
                        new BusAddress(self.brokerId(), service).toString(),
                        message -> take(service, message.body(), receiver));
        consumers.add(consumer);
        return consumer.completion();
    }

    private void take(String service, Object body, Receiver receiver) {
        try {
            if (!(body instanceof Buffer buffer)) {
                throw new IllegalArgumentException("not bytes");
            }
            PeerFrame frame = PeerFrame.decode(ByteBuffer.wrap(buffer.getBytes()));
            BusNodeId sender = frame.sender();
            if (sender.port() != 0 && sender.brokerId() != self.brokerId()) {
                directory.put(sender);
            }
            receiver.receive(sender.brokerId(), frame.clusterId(), frame.payload());
        } catch (RuntimeException notUnderstood) {
            complain("a message to " + service + " was dropped: " + notUnderstood.getMessage());
        }
    }

    /** Says something about a peer, but not for ever. */
    public void complain(String what) {
        if (complaints < MAX_COMPLAINTS) {
            complaints++;
            log.warn("{}{}", what, complaints == MAX_COMPLAINTS ? " (no more of these will be told)" : "");
        }
    }

    public Future<Void> close() {
        producers.values().forEach(MessageProducer::close);
        return Future.join(consumers.stream().map(MessageConsumer::unregister).toList())
                .mapEmpty();
    }
}
