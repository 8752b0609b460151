package io.millrace.example;

import io.millrace.client.Assignor;
import io.millrace.client.ConsumedRecord;
import io.millrace.client.ConsumerOptions;
import io.millrace.client.ConsumerOptions.OffsetReset;
import io.millrace.client.LogClient;
import io.millrace.client.LogConsumer;
import io.millrace.client.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The second example of {@code docs/EVENTBUS.md}: a member of a group that commits by hand.
 *
 * <p>Thread: its context.
 */
public final class OrderTotals extends VerticleBase {
    private final Map<String, Long> totals = new HashMap<>();
    private LogConsumer orders;

    @Override
    public Future<?> start() {
        orders = LogClient.of(vertx)
                .consumer(new ConsumerOptions()
                        .groupId("totals")
                        .autoCommit(false)
                        .assignors(Assignor.COOPERATIVE_STICKY)
                        .autoOffsetReset(OffsetReset.EARLIEST));
        orders.exceptionHandler(why -> System.err.println("orders: " + why.getMessage()));
        orders.partitionsRevokedHandler(this::handOver);
        orders.handler(this::add);
        vertx.setPeriodic(1_000, tick -> orders.commit());
        return orders.subscribe(Set.of("orders"));
    }

    private void add(ConsumedRecord order) {
        totals.merge(order.keyText(), Long.parseLong(order.valueText()), Long::sum);
    }

    /** Others go on where this one has come to; everything else is read on meanwhile. */
    private Future<Void> handOver(Set<TopicPartition> partitions) {
        return orders.commit();
    }

    public long total(String customer) {
        return totals.getOrDefault(customer, 0L);
    }

    @Override
    public Future<?> stop() {
        return orders.commit().eventually(orders::close);
    }
}
