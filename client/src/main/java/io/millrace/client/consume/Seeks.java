package io.millrace.client.consume;

import io.millrace.client.TopicPartition;
import io.millrace.client.message.ListOffsets;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;

/**
 * Has partitions be read elsewhere, at an offset or at a place whose offset is to be found first.
 *
 * <p>Thread: the consumer's context.
 */
public final class Seeks {
    private final Fetcher fetcher;
    /** Places that are being looked for: whoever seeks meanwhile goes elsewhere. */
    private final Map<TopicPartition, Object> seeking = new HashMap<>();

    public Seeks(Fetcher fetcher) {
        this.fetcher = fetcher;
    }

    /** Goes on at an offset. */
    public void to(TopicPartition partition, long offset) {
        seeking.remove(partition);
        fetcher.seek(partition, offset);
    }

    /** Goes on at a time, or {@link ListOffsets#EARLIEST} or {@link ListOffsets#LATEST}; at the end when there is nothing as young as the time. */
    public Future<Long> find(TopicPartition partition, long place) {
        Object mine = new Object();
        seeking.put(partition, mine);
        return fetcher.lookup()
                .find(partition, place)
                .compose(found -> found >= 0 || place == ListOffsets.LATEST
                        ? Future.succeededFuture(found)
                        : fetcher.lookup().find(partition, ListOffsets.LATEST))
                .onComplete(found -> {
                    if (seeking.remove(partition, mine) && found.succeeded()) {
                        fetcher.seek(partition, found.result());
                    }
                });
    }
}
