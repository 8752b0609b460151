package io.millrace.verticles.door;

import io.millrace.verticles.node.Node;
import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Append, read and metadata for applications that have nothing but {@code eventBus().request(...)}.
 *
 * <p>What one node of the bus may have in flight is bounded, answers included until the socket has them; when it leaves the bus, its
 * parked reads end.
 *
 * <p>Thread: the door's loop.
 */
final class PlainDoor {
    private static final Logger log = LoggerFactory.getLogger(PlainDoor.class);
    /** A short answer, about. */
    private static final int ANSWER_BYTES = 256;
    /** What metadata tell of a partition, about. */
    private static final int PARTITION_BYTES = 128;

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
        private long bytes;
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
            case "read" -> {
                PlainFields.only(ReadWish.FIELDS, json);
                read(sender, message, ReadWish.of(fields, limits), true);
            }
            case "metadata" -> {
                PlainFields.only(PlainMetadata.FIELDS, json);
                tell(sender, message, metadata.describe(json.getValue("topics")));
            }
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
        begin(sender, message, call, Math.max(messageBytes, call.sizeBytes()), (open, options) -> {
            open.recharge(ANSWER_BYTES);
            return call.answer();
        });
    }

    private void read(String sender, Message<?> message, ReadWish wish, boolean asJson) {
        PlainRead call = new PlainRead(node, vertx, loop, wish, limits);
        begin(sender, message, call, wish.maxBytes(), (open, options) -> {
            open.recharge(call.found().sizeBytes());
            return asJson ? RecordsAnswer.json(wish, call.found()) : RecordsAnswer.buffer(call.found(), options);
        });
    }

    private void tell(String sender, Message<?> message, JsonObject described) {
        begin(sender, message, PlainCall.Outcome::succeeded, ANSWER_BYTES, (open, options) -> {
            open.recharge(ANSWER_BYTES + (long) PARTITION_BYTES * PlainMetadata.partitions(described));
            return described;
        });
    }

    /** Makes the answer, and says how much it takes until it has left. */
    private interface Answer {
        Object of(Open open, DeliveryOptions options);
    }

    /** One request, from its begin until its answer has left. */
    private final class Open implements PlainCall.Outcome {
        private final Account account;
        private final PlainCall call;
        private final Message<?> message;
        private final Answer answer;
        private final String sender;
        private long bytes;

        Open(String sender, Account account, PlainCall call, Message<?> message, long bytes, Answer answer) {
            this.sender = sender;
            this.account = account;
            this.call = call;
            this.message = message;
            this.answer = answer;
            account.calls.add(call);
            inFlight++;
            charge(bytes);
        }

        private void charge(long more) {
            bytes += more;
            account.bytes += more;
            totalBytes += more;
        }

        void recharge(long now) {
            charge(now - bytes);
        }

        @Override
        public void succeeded() {
            Future<Void> gone;
            try {
                DeliveryOptions options = new DeliveryOptions();
                gone = PlainMessage.reply((VertxInternal) vertx, message, answer.of(this, options), options);
            } catch (Throwable unsent) {
                log.error("the answer to a plain request of {} could not be given", sender, unsent);
                failed(DoorFailure.ofUnsent(unsent));
                return;
            }
            gone.onComplete(left -> {
                if (loop.inEventLoop()) {
                    settle();
                } else {
                    loop.execute(this::settle);
                }
            });
        }

        @Override
        public void failed(DoorFailure failure) {
            settle();
            message.fail(failure.code(), failure.getMessage());
        }

        private void settle() {
            charge(-bytes);
            account.calls.remove(call);
            inFlight--;
            if (account.calls.isEmpty()) {
                accounts.remove(sender, account);
            }
        }
    }

    private void begin(String sender, Message<?> message, PlainCall call, int bytes, Answer answer) {
        Account account = accounts.computeIfAbsent(sender, first -> new Account());
        // One request that is larger than the bound is served when it is alone.
        boolean full = account.calls.size() >= limits.maxRequests()
                || account.bytes > 0 && account.bytes + bytes > limits.senderBytes()
                || totalBytes > 0 && totalBytes + bytes > limits.totalBytes();
        if (full) {
            call.dropped();
            throw DoorFailure.of(
                    DoorFailure.NO_CREDIT,
                    account.bytes + " bytes in " + account.calls.size()
                            + " requests and answers of this node are in flight");
        }
        Open open = new Open(sender, account, call, message, bytes, answer);
        try {
            call.start(open);
        } catch (Throwable notBegun) {
            open.settle();
            throw notBegun;
        }
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
