package io.millrace.verticles.cluster;

import io.vertx.core.Handler;
import io.vertx.core.eventbus.DeliveryContext;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops messages to the brokers' own addresses that do not come from a broker.
 *
 * <p>{@link DirectClusterManager} stores {@code b.*} nowhere, so an application finds no way there by itself; but one that
 * writes a registration of its own into Hazelcast's table, or speaks the bus' wire format, would. The sender of a frame is
 * what its node claims, so this keeps out mistakes and bridges, and not somebody who forges frames: who is let into the
 * network of the bus is trusted that far.
 *
 * <p>Thread: any; the loops that deliver.
 */
public final class ReservedAddresses implements Handler<DeliveryContext<Object>> {
    private static final Logger log = LoggerFactory.getLogger(ReservedAddresses.class);

    private final String self;
    private final AtomicLong refused = new AtomicLong();
    /** The last sender that passed: frames come in long runs of one. */
    private volatile String lastBroker = "";

    /** @param self this node's id on the bus */
    public ReservedAddresses(String self) {
        this.self = self;
    }

    @Override
    public void handle(DeliveryContext<Object> delivery) {
        String address = delivery.message().address();
        if (!BusAddress.isReserved(address) || isBroker(MessageOrigin.of(delivery.message()))) {
            delivery.next();
            return;
        }
        long count = refused.incrementAndGet();
        // Powers of two: a flood must not fill the log.
        if (Long.bitCount(count) == 1) {
            log.warn(
                    "dropped a message to {} from {}, which is no broker ({} in all)",
                    address,
                    MessageOrigin.of(delivery.message()),
                    count);
        }
    }

    private boolean isBroker(String sender) {
        if (sender.equals(self) || sender.equals(lastBroker) || sender.equals(MessageOrigin.LOCAL)) {
            return true;
        }
        if (BusNodeId.parse(sender).isEmpty()) {
            return false;
        }
        lastBroker = sender;
        return true;
    }

    /** Messages dropped so far. */
    public long refused() {
        return refused.get();
    }
}
