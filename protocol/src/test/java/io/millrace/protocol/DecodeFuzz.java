package io.millrace.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.protocol.types.Schema;

/**
 * Damages requests that kafka-clients would send and decodes them: each ends as a message or as a
 * {@link MalformedRequestException}, takes no more heap than its API states, and reads nothing behind its frame.
 *
 * <p>Thread: one per instance.
 */
final class DecodeFuzz {
    private static final int SEEDS_PER_CASE = 8;
    private static final byte[] TELLING = {0, 1, 2, 3, 0x7f, (byte) 0x80, (byte) 0xfe, (byte) 0xff};
    private static final int[] TELLING_INTS = {
        -1, -2, 0, 1, 1000, 1001, 65_535, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE - 1
    };

    private final Random random;
    private final Decoders decoders = new Decoders();
    private final List<Decoders.Case> cases = decoders.all();
    private final List<List<byte[]>> seeds = new ArrayList<>();
    int accepted;
    int refused;
    double worstFactor;

    DecodeFuzz(long seed) {
        random = new Random(seed);
        for (Decoders.Case c : cases) {
            Schema schema = Decoders.type(c.api()).requestSchemas()[c.version()];
            List<byte[]> own = new ArrayList<>();
            for (int i = 0; i < SEEDS_PER_CASE; i++) {
                own.add(ByteBufUtil.getBytes(SchemaBytes.write(schema, SchemaBytes.random(random))));
            }
            for (String path : SchemaBytes.arrayPaths(schema)) {
                own.add(ByteBufUtil.getBytes(
                        SchemaBytes.write(schema, SchemaBytes.swollen(path, 150, 1, SchemaBytes.DISTINCT))));
            }
            seeds.add(own);
        }
        // Classes that load on the way would be counted as the request's own heap.
        for (int i = 0; i < cases.size() * 4; i++) {
            run(i, false);
        }
        accepted = 0;
        refused = 0;
        worstFactor = 0;
    }

    void run(int count) {
        for (int i = 0; i < count; i++) {
            run(i, true);
        }
    }

    private void run(int i, boolean judge) {
        int index = i % cases.size();
        Decoders.Case c = cases.get(index);
        byte[] body = damage(pick(seeds.get(index)), index);
        ByteBuf frame = inTheMiddle(body);
        boolean[] ok = new boolean[1];
        long bytes;
        try {
            bytes = AllocationMeter.bytesAllocatedBy(() -> ok[0] = decodes(c, frame));
        } catch (RuntimeException | Error e) {
            throw new AssertionError(c + " threw another exception for " + ByteBufUtil.hexDump(body), e);
        }
        if (ok[0]) {
            accepted++;
        } else {
            refused++;
        }
        if (!judge) {
            return;
        }
        worstFactor = Math.max(worstFactor, (double) bytes / (body.length + ApiSpec.HEAP_BYTES_CONSTANT));
        if (bytes > c.api().maxDecodedBytes(body.length)) {
            throw new AssertionError(c + " took " + bytes + " bytes of heap for " + ByteBufUtil.hexDump(body));
        }
        if (frame.readerIndex() > frame.writerIndex()) {
            throw new AssertionError(c + " read behind its frame: " + ByteBufUtil.hexDump(body));
        }
    }

    private boolean decodes(Decoders.Case c, ByteBuf frame) {
        try {
            decoders.decode(c, frame);
            return true;
        } catch (MalformedRequestException e) {
            return false;
        }
    }

    /** A frame with the bytes of others before and behind it, as in a receive buffer. */
    private static ByteBuf inTheMiddle(byte[] body) {
        ByteBuf around = Unpooled.buffer(body.length + 64).writeZero(32).writeBytes(body);
        around.writeBytes(new byte[] {0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f});
        around.readerIndex(32).writerIndex(32 + body.length);
        return around;
    }

    private byte[] damage(byte[] seed, int index) {
        byte[] body = seed;
        int rounds = random.nextInt(4);
        for (int i = 0; i <= rounds; i++) {
            body = damageOnce(body, index);
        }
        return body;
    }

    private byte[] damageOnce(byte[] body, int index) {
        if (body.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        byte[] copy = body.clone();
        int at = random.nextInt(copy.length);
        switch (random.nextInt(10)) {
            case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
            case 1, 2 -> copy[at] = TELLING[random.nextInt(TELLING.length)];
            case 3 -> putInt(copy, at, TELLING_INTS[random.nextInt(TELLING_INTS.length)]);
            case 4 -> putVarint(copy, at, TELLING_INTS[random.nextInt(TELLING_INTS.length)]);
            case 5 -> copy = cut(copy, 0, at);
            case 6 -> copy = insert(copy, at, slice(copy));
            case 7 -> copy = insert(copy, at, slice(pick(seeds.get(index))));
            case 8 -> copy = insert(copy, at, unknownTags());
            default -> copy = insert(cut(copy, 0, at), at, slice(pick(seeds.get(random.nextInt(seeds.size())))));
        }
        return copy;
    }

    private byte[] unknownTags() {
        ByteBuf tags = Unpooled.buffer();
        int count = 1 + random.nextInt(3);
        tags.writeByte(count);
        for (int i = 0; i < count; i++) {
            tags.writeByte(random.nextInt(8));
            int size = random.nextInt(6);
            tags.writeByte(size).writeZero(size);
        }
        return ByteBufUtil.getBytes(tags);
    }

    private byte[] slice(byte[] from) {
        if (from.length == 0) {
            return from;
        }
        int start = random.nextInt(from.length);
        return cut(from, start, start + random.nextInt(from.length - start + 1));
    }

    private static byte[] cut(byte[] from, int start, int end) {
        return java.util.Arrays.copyOfRange(from, start, end);
    }

    private static byte[] insert(byte[] into, int at, byte[] what) {
        byte[] joined = new byte[into.length + what.length];
        System.arraycopy(into, 0, joined, 0, at);
        System.arraycopy(what, 0, joined, at, what.length);
        System.arraycopy(into, at, joined, at + what.length, into.length - at);
        return joined;
    }

    private static void putInt(byte[] into, int at, int value) {
        for (int i = 0; i < 4 && at + i < into.length; i++) {
            into[at + i] = (byte) (value >>> 24 - 8 * i);
        }
    }

    private static void putVarint(byte[] into, int at, int value) {
        for (int i = 0; i < 5 && at + i < into.length; i++) {
            boolean last = value >>> 7 * i >>> 7 == 0 || i == 4;
            into[at + i] = (byte) (value >>> 7 * i & 0x7f | (last ? 0 : 0x80));
            if (last) {
                return;
            }
        }
    }

    private byte[] pick(List<byte[]> from) {
        return from.get(random.nextInt(from.size()));
    }
}
