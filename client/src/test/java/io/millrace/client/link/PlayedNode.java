package io.millrace.client.link;

import io.millrace.log.batch.BatchHeader;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A node on a bus without a cluster that leads all partitions of each topic, and knows again what it has appended. What it says to
 * anything can be changed by who plays it.
 */
class PlayedNode {
    static final int PRODUCE = 0;
    static final int FETCH = 1;
    static final int METADATA = 3;
    static final int JOIN_GROUP = 11;
    static final int INIT_PRODUCER_ID = 22;
    static final int CREDIT = 64 << 10;
    private static final int API_AT = 10;
    private static final int CORRELATION_AT = 14;

    final Vertx vertx = Vertx.vertx();
    /** Values of one letter, as they were appended. */
    final List<String> appended = Collections.synchronizedList(new ArrayList<>());
    /** The keys of the requests in the order in which they came. */
    final List<Integer> apis = Collections.synchronizedList(new ArrayList<>());

    private final Set<String> known = Collections.synchronizedSet(new HashSet<>());
    private final AtomicLong ids = new AtomicLong(7);
    volatile int partitions = 1;
    /** How much of one partition was asked for last. */
    volatile int mostPartitionBytes;

    PlayedNode() {
        DoorCodec.register(vertx.eventBus());
        vertx.eventBus().<Buffer>consumer(Cluster.addressOf(1), this::serve);
        vertx.eventBus().<Buffer>consumer(LinkSettings.ANY, this::serve);
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    void close() {
        await(vertx.close());
    }

    private void serve(Message<Buffer> message) {
        Buffer body = message.body();
        WireWriter out = new WireWriter(64).int8(1);
        if (body.getByte(1) == 0) {
            message.reply(out.int64(1).int32(CREDIT).int32(1 << 20).int32(1).toBuffer());
            return;
        }
        if (body.getByte(1) == 2) {
            message.reply(out.toBuffer());
            return;
        }
        int api = body.getShort(API_AT);
        apis.add(api);
        out.int32(body.getInt(CORRELATION_AT));
        switch (api) {
            case PRODUCE -> produce(message, out, batch(body));
            case FETCH -> fetch(message, out, wanted(body));
            case METADATA -> metadata(message, out, topic(body));
            case INIT_PRODUCER_ID ->
                message.reply(out.int32(0)
                        .int16(0)
                        .int64(ids.getAndIncrement())
                        .int16(0)
                        .toBuffer());
            default -> other(message, api);
        }
    }

    /** A batch for the partition 0 of "t". */
    void produce(Message<Buffer> message, WireWriter out, Buffer batch) {
        append(batch);
        produced(message, out, 0);
    }

    /** @param offsets where to read each partition of "t" from */
    void fetch(Message<Buffer> message, WireWriter out, Map<Integer, Long> offsets) {
        throw new AssertionError("nothing to read");
    }

    /** Answers a read without records. */
    static void nothing(Message<Buffer> message, WireWriter out) {
        message.reply(out.int32(0).int16(0).int32(0).int32(0).toBuffer());
    }

    void other(Message<Buffer> message, int api) {
        throw new AssertionError("API " + api);
    }

    /** As a leader does it: the same id and the same sequences are the same batch. */
    final void append(Buffer batch) {
        byte[] bytes = batch.getBytes();
        ByteBuffer view = ByteBuffer.wrap(bytes);
        String identity = BatchHeader.producerId(view, 0) + "/" + BatchHeader.baseSequence(view, 0) + "+"
                + BatchHeader.recordCount(view, 0);
        if (known.add(identity)) {
            appended.add(batch.getString(batch.length() - 2, batch.length() - 1));
        }
    }

    static void produced(Message<Buffer> message, WireWriter out, int error) {
        out.int32(1).text("t").int32(1);
        out.int32(0)
                .int16(error)
                .int64(0)
                .int64(-1)
                .int64(0)
                .int32(0)
                .text(null)
                .int32(0);
        message.reply(out.toBuffer());
    }

    void metadata(Message<Buffer> message, WireWriter out, String topic) {
        told(message, out, topic, 0);
    }

    final void told(Message<Buffer> message, WireWriter out, String topic, int error) {
        PlayedMetadata played = new PlayedMetadata(out).nodes(1).topics(1);
        played.topic(topic, error, 0, error == 0 ? partitions : 0);
        for (int partition = 0; error == 0 && partition < partitions; partition++) {
            played.partition(partition, 1, 1);
        }
        message.reply(played.endTopic().end());
    }

    private static WireReader body(Buffer request) {
        WireReader in = WireReader.of(request.getBuffer(CORRELATION_AT, request.length()));
        in.int32();
        in.text();
        return in;
    }

    /** Of those that are asked for the first. */
    private static String topic(Buffer request) {
        WireReader in = body(request);
        in.skipTags();
        in.compactCount(16);
        in.uuid();
        return in.compactText();
    }

    private Map<Integer, Long> wanted(Buffer request) {
        WireReader in = body(request);
        in.int32();
        in.int32();
        in.int32();
        in.int32();
        in.int8();
        in.int32();
        in.int32();
        Map<Integer, Long> offsets = new TreeMap<>();
        for (int topics = in.int32(); topics > 0; topics--) {
            in.text();
            for (int left = in.int32(); left > 0; left--) {
                int partition = in.int32();
                in.int32();
                offsets.put(partition, in.int64());
                in.int64();
                mostPartitionBytes = in.int32();
            }
        }
        return offsets;
    }

    private static Buffer batch(Buffer request) {
        WireReader in = body(request);
        in.text();
        in.int16();
        in.int32();
        in.int32();
        in.text();
        in.int32();
        in.int32();
        int size = in.int32();
        return request.getBuffer(request.length() - size, request.length());
    }
}
