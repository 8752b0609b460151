package io.millrace.verticles.door;

import io.millrace.membership.image.MetadataImage;
import io.millrace.verticles.cluster.BusMessage;
import io.millrace.verticles.cluster.BusTransport;
import io.millrace.verticles.cluster.MessageOrigin;
import io.millrace.verticles.listener.RequestDispatcher;
import io.millrace.verticles.node.Node;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door's two addresses: looks at what kind of message it is and hands it on.
 *
 * <p>Thread: its loop; {@link #senderLeft} from anywhere.
 */
public final class DoorVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(DoorVerticle.class);
    private static final long IDLE_CHECK_MS = 10_000;
    private static final long LISTEN_AGAIN_MS = 1_000;
    private static final int LEAST_SEND_BUFFER_BYTES = 1 << 20;

    private final Node node;
    private final RequestDispatcher dispatcher;
    private final DoorLimits limits;
    private final List<MessageConsumer<Object>> consumers = new ArrayList<>();
    private boolean stopped;
    private DoorSessions sessions;
    private PlainDoor plain;
    private TakenMessage.Answers answers;
    private volatile Context home;
    private volatile String deployment;

    /** @param dispatcher the one that serves Kafka's clients */
    public DoorVerticle(Node node, RequestDispatcher dispatcher, DoorLimits limits) {
        this.node = node;
        this.dispatcher = dispatcher;
        this.limits = limits;
    }

    /** Deploys a door; done when it takes messages. */
    public static Future<DoorVerticle> open(Vertx vertx, Node node, RequestDispatcher dispatcher, DoorLimits limits) {
        DoorVerticle door = new DoorVerticle(node, dispatcher, limits);
        return vertx.deployVerticle(door).map(id -> {
            door.deployment = id;
            return door;
        });
    }

    /** Undeploys it. */
    public Future<Void> close() {
        return vertx.undeploy(deployment);
    }

    @Override
    public Future<?> start() {
        home = context;
        DoorCodec.register(vertx.eventBus());
        List<EventLoop> loops = new ArrayList<>();
        for (EventExecutor loop : ((VertxInternal) vertx).nettyEventLoopGroup()) {
            loops.add((EventLoop) loop);
        }
        String listenerName = node.config().listeners().get(0).name();
        sessions = new DoorSessions(
                new DoorSession.Services((VertxInternal) vertx, dispatcher, node.metrics(), limits, listenerName),
                loops);
        plain = new PlainDoor(node, vertx, limits);
        node.metrics().gauge("millrace_door_sessions", "Sessions of event-bus clients open", sessions::count);
        node.metrics().gauge("millrace_door_plain_requests", "Plain event-bus requests in flight", plain::inFlight);
        vertx.setPeriodic(IDLE_CHECK_MS, timer -> sessions.closeIdle(System.nanoTime()));
        if (((VertxInternal) vertx).transport() instanceof BusTransport transport) {
            answers = new TakenMessage.Answers(
                    (VertxInternal) vertx,
                    ((VertxInternal) vertx).clusterManager().getNodeId());
            transport.sendBufferOfPieces(sendBufferBytes());
            transport.takeWhole(
                    Set.of(DoorAddresses.ANY, DoorAddresses.of(node.brokerId())), DoorCodec.NAME, this::taken);
        }
        List.of(DoorAddresses.ANY, DoorAddresses.of(node.brokerId())).forEach(this::listenAt);
        return Future.succeededFuture();
    }

    /** That of Kafka's clients, but more of it: every wake-up of an answer's sender and reader costs as much as many records. */
    private int sendBufferBytes() {
        int ofListeners = node.configs().brokerInt(MetadataImage.EMPTY, "socket.send.buffer.bytes");
        return ofListeners < 0 ? ofListeners : Math.max(ofListeners, LEAST_SEND_BUFFER_BYTES);
    }

    /**
     * Registering needs Hazelcast, which comes later than the node's clients; until then local senders are served. On a machine that
     * is busy with starting it may come later than the bus waits for it.
     */
    private void listenAt(String address) {
        MessageConsumer<Object> consumer = vertx.eventBus().consumer(address, this::receive);
        consumers.add(consumer);
        consumer.completion().onFailure(failure -> {
            if (consumers.remove(consumer)) {
                log.warn("{} is not reachable, tries again: {}", address, failure.getMessage());
                consumer.unregister()
                        .onComplete(gone -> vertx.setTimer(LISTEN_AGAIN_MS, again -> {
                            if (!stopped) {
                                listenAt(address);
                            }
                        }));
            }
        });
    }

    @Override
    public Future<?> stop() {
        stopped = true;
        if (((VertxInternal) vertx).transport() instanceof BusTransport transport) {
            transport.takeNoMore(DoorCodec.NAME);
        }
        List<MessageConsumer<Object>> open = List.copyOf(consumers);
        consumers.clear();
        List<Future<Void>> gone = open.stream().map(MessageConsumer::unregister).toList();
        sessions.closeAll();
        plain.closeAll();
        return Future.join(gone).otherwiseEmpty();
    }

    /** From the bus' reader, on its loop; the reference is taken over. */
    private void taken(BusMessage head, ByteBuf whole) {
        DoorMessage message;
        try {
            message = DoorMessage.taken(answers, head, whole);
        } catch (Throwable unread) {
            whole.release();
            log.warn("dropped a message of {} that cannot be read: {}", head.sender(), unread.toString());
            return;
        }
        DoorSession open = openSessionOf(head.sender(), message);
        if (open != null) {
            // Straight to its loop: one change of thread fewer than over this verticle's own.
            try {
                open.accept(message);
            } finally {
                message.release();
            }
            return;
        }
        home.runOnContext(go -> {
            try {
                if (message.envelope().headers().contains(PlainFields.OP)) {
                    plain.receive(
                            head.sender(), message.envelope(), message.body().copy());
                } else {
                    receive(head.sender(), message);
                }
            } catch (DoorFailure refused) {
                message.envelope().fail(refused.code(), refused.getMessage());
            } catch (Throwable bug) {
                failed(head.sender(), message.envelope(), bug);
            } finally {
                message.release();
            }
        });
    }

    /** That of a request; null for anything else, also for what is to be refused. */
    private DoorSession openSessionOf(String sender, DoorMessage message) {
        return message.envelope().headers().contains(PlainFields.OP) || !DoorFrame.isRequest(message.body())
                ? null
                : sessions.ifOpen(message.body().getLong(DoorFrame.SESSION_AT), sender);
    }

    private void receive(Message<Object> message) {
        String sender = MessageOrigin.of(message);
        try {
            if (message.body() instanceof JsonObject json) {
                plain.receive(sender, message, json);
            } else if (!(message.body() instanceof Buffer body)) {
                throw DoorFailure.of(DoorFailure.MALFORMED, "the body is neither a JsonObject nor a Buffer");
            } else if (message.headers().contains(PlainFields.OP)) {
                plain.receive(sender, message, body);
            } else {
                receive(sender, DoorMessage.of(message, body));
            }
        } catch (DoorFailure refused) {
            message.fail(refused.code(), refused.getMessage());
        } catch (Throwable bug) {
            failed(sender, message, bug);
        }
    }

    /** An error too: whoever asks must not wait for an answer that nobody gives. */
    private static void failed(String sender, Message<?> message, Throwable why) {
        DoorFailure failure = DoorFailure.ofUnserved(why);
        if (!(why instanceof DecodeException)) {
            log.error("a message of {} could not be served", sender, why);
        }
        message.fail(failure.code(), failure.getMessage());
    }

    private void receive(String sender, DoorMessage message) {
        Buffer body = message.body();
        switch (DoorFrame.kindOf(body)) {
            case DoorFrame.OPEN -> {
                DoorSession session = sessions.open(sender, body.getInt(DoorFrame.CREDIT_AT));
                message.envelope()
                        .reply(DoorFrame.opened(
                                session.id(), session.creditBytes(), limits.maxResponseBytes(), node.brokerId()));
            }
            case DoorFrame.REQUEST ->
                sessions.find(body.getLong(DoorFrame.SESSION_AT), sender).accept(message);
            default -> {
                sessions.close(sessions.find(body.getLong(DoorFrame.SESSION_AT), sender));
                message.envelope().reply(DoorFrame.empty());
            }
        }
    }

    /** Sessions open now. */
    public int sessionCount() {
        return sessions.count();
    }

    /** A node has left the bus: frees what it had here. */
    public void senderLeft(String sender) {
        Context loop = home;
        if (loop != null) {
            loop.runOnContext(go -> {
                sessions.closeAllOf(sender);
                plain.closeAllOf(sender);
            });
        }
    }
}
