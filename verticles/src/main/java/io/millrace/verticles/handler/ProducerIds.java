package io.millrace.verticles.handler;

import io.millrace.membership.controller.AllocateProducerIds;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.image.BrokerImage;
import io.millrace.verticles.node.Node;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;

/**
 * Gives out producer ids from a block that the controller has given to this broker; no id is ever given out twice, whatever
 * is restarted.
 *
 * <p>Thread: any; one lock, held for a few instructions.
 */
final class ProducerIds {
    /** Clients that may wait for a new block; one more is told to come again. */
    private static final int MAX_WAITING = 10_000;

    private final Node node;
    private final ArrayDeque<Promise<Long>> waiting = new ArrayDeque<>();
    private long next;
    private long end;
    private boolean asking;

    ProducerIds(Node node) {
        this.node = node;
    }

    /** An id that nobody has had; fails with a {@link ControllerException} when none can be had now. */
    Future<Long> next() {
        Promise<Long> promise;
        synchronized (this) {
            if (next < end) {
                return Future.succeededFuture(next++);
            }
            if (waiting.size() >= MAX_WAITING) {
                return Future.failedFuture(
                        new ControllerException(ControllerError.REQUEST_TIMED_OUT, "too many wait for producer ids"));
            }
            promise = Promise.promise();
            waiting.add(promise);
            if (asking) {
                return promise.future();
            }
            asking = true;
        }
        ask();
        return promise.future();
    }

    private void ask() {
        BrokerImage self = node.image().broker(node.brokerId());
        node.controller()
                .submit(new AllocateProducerIds(node.brokerId(), self == null ? -1 : self.epoch()))
                .compose(outcome -> outcome.error() == ControllerError.NONE
                        ? Future.succeededFuture(outcome)
                        : Future.failedFuture(new ControllerException(outcome.error(), outcome.message())))
                .onComplete(done -> {
                    if (done.succeeded()) {
                        received(done.result());
                    } else {
                        failed(done.cause());
                    }
                });
    }

    private void received(AllocateProducerIds.Outcome block) {
        long first = block.firstProducerId();
        ArrayDeque<Promise<Long>> served = new ArrayDeque<>();
        boolean more;
        long firstServed = first;
        synchronized (this) {
            next = first;
            end = first + block.count();
            while (!waiting.isEmpty() && next < end) {
                served.add(waiting.poll());
                next++;
            }
            more = !waiting.isEmpty();
            asking = more;
        }
        for (Promise<Long> promise : served) {
            promise.complete(firstServed++);
        }
        if (more) {
            ask();
        }
    }

    private void failed(Throwable why) {
        ArrayDeque<Promise<Long>> all;
        synchronized (this) {
            all = new ArrayDeque<>(waiting);
            waiting.clear();
            asking = false;
        }
        all.forEach(promise -> promise.fail(why));
    }
}
