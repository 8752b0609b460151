package io.millrace.verticles.door;

import io.millrace.verticles.node.Node;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Append, read and metadata for applications that have nothing but {@code eventBus().request(...)}.
 *
 * <p>What one node of the bus may have in flight is bounded, answers included; when it leaves the bus, its parked reads end.
 *
 * <p>Thread: the door's loop.
 */
final class PlainDoor {
    private final Node node;
    private final Vertx vertx;
    private final DoorLimits limits;
    private final EventLoop loop;
    private final PlainMetadata metadata;
    private final Map<String, Account> accounts = new HashMap<>();
    private long totalBytes;
    private volatile int inFlight;
    private int turn;

    /** What one node of the bus has in flight. */
    private static final class Account {
        private int bytes;
        private final ArrayList<PlainCall> calls = new ArrayList<>();
    }

    PlainDoor(Node node, Vertx vertx, DoorLimits limits) {
        this.node = node;
        this.vertx = vertx;
        this.limits = limits;
        this.loop = ((ContextInternal) vertx.getOrCreateContext()).nettyEventLoop();
        this.metadata = new PlainMetadata(node);
    }

    void receive(String sender, Message<?> message, JsonObject json) {
        PlainFields fields = PlainFields.of(json);
        switch (fields.needText(PlainFields.OP)) {
            case "append" -> append(sender, message, AppendWish.of(json, fields), json.size());
            case "read" -> read(sender, message, ReadWish.of(fields, limits), true);
            case "metadata" -> message.reply(metadata.describe(json.getJsonArray("topics")));
            default -> throw PlainFields.wrong(PlainFields.OP, fields.raw(PlainFields.OP), "append, read or metadata");
        }
    }

    void receive(String sender, Message<?> message, Buffer body) {
        PlainFields fields = PlainFields.of(message.headers());
        switch (fields.needText(PlainFields.OP)) {
            case "append" -> append(sender, message, AppendWish.of(body, fields, message.headers()), body.length());
            case "read" -> read(sender, message, ReadWish.of(fields, limits), false);
            default -> throw PlainFields.wrong(PlainFields.OP, fields.raw(PlainFields.OP), "append or read");
        }
    }

    private void append(String sender, Message<?> message, AppendWish wish, int messageBytes) {
        PlainAppend call = new PlainAppend(node, loop, wish, turn++);
        begin(sender, call, Math.max(messageBytes, call.sizeBytes()), new PlainCall.Outcome() {
            @Override
            public void succeeded() {
                message.reply(call.answer());
            }

            @Override
            public void failed(DoorFailure failure) {
                message.fail(failure.code(), failure.getMessage());
            }
        });
    }

    private void read(String sender, Message<?> message, ReadWish wish, boolean asJson) {
        PlainRead call = new PlainRead(node, vertx, loop, wish, limits);
        begin(sender, call, wish.maxBytes(), new PlainCall.Outcome() {
            @Override
            public void succeeded() {
                if (asJson) {
                    message.reply(RecordsAnswer.json(wish, call.found()));
                } else {
                    DeliveryOptions options = new DeliveryOptions();
                    message.reply(RecordsAnswer.buffer(call.found(), options), options);
                }
            }

            @Override
            public void failed(DoorFailure failure) {
                message.fail(failure.code(), failure.getMessage());
            }
        });
    }

    private void begin(String sender, PlainCall call, int bytes, PlainCall.Outcome outcome) {
        Account account = accounts.computeIfAbsent(sender, first -> new Account());
        // One request that is larger than the bound is served when it is alone.
        boolean full = account.calls.size() >= limits.maxRequests()
                || account.bytes > 0 && account.bytes + bytes > limits.senderBytes()
                || totalBytes > 0 && totalBytes + bytes > limits.totalBytes();
        if (full) {
            call.dropped();
            throw DoorFailure.of(
                    DoorFailure.NO_CREDIT,
                    account.bytes + " bytes in " + account.calls.size() + " requests of this node are in flight");
        }
        account.bytes += bytes;
        account.calls.add(call);
        totalBytes += bytes;
        inFlight++;
        call.start(new PlainCall.Outcome() {
            @Override
            public void succeeded() {
                settle();
                outcome.succeeded();
            }

            @Override
            public void failed(DoorFailure failure) {
                settle();
                outcome.failed(failure);
            }

            private void settle() {
                account.bytes -= bytes;
                account.calls.remove(call);
                totalBytes -= bytes;
                inFlight--;
                if (account.calls.isEmpty()) {
                    accounts.remove(sender, account);
                }
            }
        });
    }

    void closeAllOf(String sender) {
        closeIf(sender::equals);
    }

    void closeAll() {
        closeIf(sender -> true);
    }

    private void closeIf(Predicate<String> senders) {
        for (Map.Entry<String, Account> entry : new ArrayList<>(accounts.entrySet())) {
            if (senders.test(entry.getKey())) {
                new ArrayList<>(entry.getValue().calls).forEach(PlainCall::abandon);
            }
        }
    }

    int inFlight() {
        return inFlight;
    }
}
