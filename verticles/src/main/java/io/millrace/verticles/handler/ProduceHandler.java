package io.millrace.verticles.handler;

import io.millrace.protocol.Errors;
import io.millrace.protocol.produce.ProduceRequest;
import io.millrace.verticles.node.Node;
import java.util.concurrent.TimeUnit;

/**
 * Produce: hands each partition's batch to the shard that owns it and answers when all are acknowledged as asked.
 *
 * <p>Thread: the connection's event loop.
 */
public final class ProduceHandler implements ApiHandler<ProduceRequest> {
    private final Node node;

    public ProduceHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(ProduceRequest request, RequestContext context) {
        new ProduceOperation(node, request, context, nowMs() + Math.max(0, request.timeoutMs())).start();
    }

    /** Monotonic: deadlines do not move with the wall clock. */
    private static long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** The error that holds for the whole request, before any batch is looked at. */
    static Errors refusal(ProduceRequest request) {
        if (request.acks() < -1 || request.acks() > 1) {
            return Errors.INVALID_REQUIRED_ACKS;
        }
        // Nobody can have begun a transaction here: InitProducerId refuses transactional ids.
        return request.transactionalId() != null ? Errors.INVALID_TXN_STATE : Errors.NONE;
    }
}
