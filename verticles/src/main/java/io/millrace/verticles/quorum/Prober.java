package io.millrace.verticles.quorum;

import io.millrace.membership.controller.Features;
import io.millrace.verticles.cluster.BusAddress;
import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.cluster.BusNodeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Asks a node which life of it is running, and tells others which one this is: at {@code b.<id>.probe}, 16 bytes. Who asks with
 * a byte 1 is told in two bytes more which level of the metadata this build can follow; a build that does not know the byte tells
 * the 16 alone, and follows the first.
 *
 * <p>First a bare connection is made: where nobody listens it is refused within a millisecond, while the bus would keep the
 * question and try to connect by its own rules.
 *
 * <p>Thread: one event loop.
 */
final class Prober {
    private static final String SERVICE = "probe";
    private static final int ID_BYTES = 16;
    private static final byte WITH_LEVEL = 1;
    private static final int LEVEL_MS = 2_000;

    private final Vertx vertx;
    private final NetClient client;
    private final BusDirectory directory;
    private final int timeoutMs;
    private MessageConsumer<Object> consumer;

    /** @param client connects within the time of a probe, or not */
    Prober(Vertx vertx, NetClient client, BusDirectory directory, int timeoutMs) {
        this.vertx = vertx;
        this.client = client;
        this.directory = directory;
        this.timeoutMs = timeoutMs;
    }

    /** Answers others from now on. */
    Future<Void> answerAs(int self, UUID incarnation) {
        byte[] id = ByteBuffer.allocate(ID_BYTES)
                .putLong(incarnation.getMostSignificantBits())
                .putLong(incarnation.getLeastSignificantBits())
                .array();
        consumer = vertx.eventBus().consumer(new BusAddress(self, SERVICE).toString(), message -> {
            boolean withLevel = message.body() instanceof Buffer asked && asked.length() == 1;
            Buffer answer = Buffer.buffer(id);
            message.reply(withLevel ? answer.appendShort(Features.METADATA_LEVEL) : answer);
        });
        return consumer.completion();
    }

    /** Which life of the broker answers, if any. Never fails. */
    Future<ProbeOutcome> probe(int brokerId) {
        Optional<BusNodeId> node = directory.find(brokerId);
        if (node.isEmpty()) {
            return Future.succeededFuture(ProbeOutcome.SILENCE);
        }
        return client.connect(node.get().port(), node.get().host())
                .compose(NetSocket::close)
                .compose(listens -> ask(brokerId))
                .timeout(timeoutMs, TimeUnit.MILLISECONDS)
                .otherwise(failure -> isRefusal(failure) ? ProbeOutcome.REFUSED : ProbeOutcome.SILENCE);
    }

    /** By the operating system there; a timeout and a missing route are exceptions of the same class. */
    private static boolean isRefusal(Throwable failure) {
        return failure instanceof ConnectException
                && failure.getMessage() != null
                && failure.getMessage().contains("refused");
    }

    /** Which level of the metadata the broker can follow; fails when it does not say so in time. */
    Future<Short> metadataLevel(int brokerId) {
        return vertx.eventBus()
                .<Object>request(
                        new BusAddress(brokerId, SERVICE).toString(),
                        Buffer.buffer(new byte[] {WITH_LEVEL}),
                        new DeliveryOptions().setSendTimeout(LEVEL_MS))
                .map(reply -> level(reply.body()));
    }

    private static short level(Object body) {
        return body instanceof Buffer buffer && buffer.length() == ID_BYTES + Short.BYTES
                ? buffer.getShort(ID_BYTES)
                : Features.FIRST_METADATA_LEVEL;
    }

    private Future<ProbeOutcome> ask(int brokerId) {
        return vertx.eventBus()
                .<Object>request(
                        new BusAddress(brokerId, SERVICE).toString(),
                        Buffer.buffer(),
                        new DeliveryOptions().setSendTimeout(timeoutMs))
                .map(reply -> incarnation(reply.body()));
    }

    private static ProbeOutcome incarnation(Object body) {
        return body instanceof Buffer buffer && buffer.length() == ID_BYTES
                ? ProbeOutcome.answered(new UUID(buffer.getLong(0), buffer.getLong(Long.BYTES)))
                : ProbeOutcome.SILENCE;
    }

    Future<Void> close() {
        return consumer == null ? Future.succeededFuture() : consumer.unregister();
    }
}
