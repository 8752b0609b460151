package io.millrace.log.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every codec against Kafka's own, in both directions, and against bytes that lie.
 *
 * <p>Thread: one.
 */
class CompressionTest {
    private static final byte[][] CONTENTS = {
        new byte[0], {7}, text(100), text(70_000), noise(70_000), new byte[1_000_000], noise(32 * 1024), text(64 * 1024)
    };

    @ParameterizedTest
    @EnumSource(Compression.class)
    void kafkaUnpacksWhatIsPackedHere(Compression codec) throws IOException {
        for (byte[] content : CONTENTS) {
            ByteBuffer packed = ByteBuffer.wrap(pack(codec, content, codec.defaultLevel()));

            try (InputStream unpacked =
                    kafka(codec).wrapForInput(packed, RecordBatch.MAGIC_VALUE_V2, BufferSupplier.NO_CACHING)) {
                assertThat(unpacked.readAllBytes()).isEqualTo(content);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatKafkaPackedIsUnpackedHere(Compression codec) throws IOException {
        for (byte[] content : CONTENTS) {
            ByteBufferOutputStream sink = new ByteBufferOutputStream(1024);
            try (OutputStream packing = kafka(codec).wrapForOutput(sink, RecordBatch.MAGIC_VALUE_V2)) {
                packing.write(content);
            }
            ByteBuffer packed = sink.buffer().duplicate().flip();

            assertThat(unpack(codec, packed)).isEqualTo(content);
        }
    }

    @Test
    void levelsChangeTheSizeAndNotTheContent() throws IOException {
        byte[] content = text(200_000);
        for (Compression codec : new Compression[] {Compression.GZIP, Compression.LZ4, Compression.ZSTD}) {
            byte[] fast = pack(codec, content, 1);
            byte[] dense = pack(codec, content, codec == Compression.LZ4 ? 17 : codec == Compression.ZSTD ? 19 : 9);

            assertThat(dense.length).as(codec.name()).isLessThan(fast.length);
            assertThat(unpack(codec, ByteBuffer.wrap(dense))).isEqualTo(content);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"NONE"},
            mode = EnumSource.Mode.EXCLUDE)
    void aTornStreamIsAnErrorAndNotAnEnd(Compression codec) throws IOException {
        byte[] packed = pack(codec, text(50_000), codec.defaultLevel());
        for (int cut : new int[] {packed.length - 1, packed.length / 2, 20, 5}) {
            // A snappy stream has no end mark: cut between two blocks it is a shorter stream.
            ByteBuffer torn = ByteBuffer.wrap(packed, 0, cut);
            assertThatThrownBy(() -> unpack(codec, torn))
                    .as("%s cut to %s", codec, cut)
                    .isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"NONE"},
            mode = EnumSource.Mode.EXCLUDE)
    void damagedBytesEndInAnErrorOrInOtherBytesButAlwaysEnd(Compression codec) throws IOException {
        byte[] packed = pack(codec, text(5_000), codec.defaultLevel());
        Random random = new Random(42);
        for (int i = 0; i < 500; i++) {
            byte[] damaged = packed.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                unpack(codec, ByteBuffer.wrap(damaged));
            } catch (IOException expected) {
                assertThat(expected.getMessage()).isNotNull();
            }
        }
    }

    @Test
    void aBareSnappyBlockIsReadAsOldClientsSendIt() throws IOException {
        byte[] content = text(1000);

        assertThat(unpack(Compression.SNAPPY, ByteBuffer.wrap(org.xerial.snappy.Snappy.compress(content))))
                .isEqualTo(content);
    }

    @Test
    void concatenatedSnappyStreamsAreOne() throws IOException {
        byte[] content = text(1000);
        byte[] packed = pack(Compression.SNAPPY, content, 0);
        ByteBuffer both =
                ByteBuffer.allocate(2 * packed.length).put(packed).put(packed).flip();

        assertThat(unpack(Compression.SNAPPY, both)).hasSize(2 * content.length).startsWith(content);
    }

    @Test
    void aSnappyBlockThatClaimsAGigabyteGetsNoMemory() {
        // Varint 0x40000000: what the block says it unpacks to.
        byte[] lie = {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x04, 0, 0};

        assertThatThrownBy(() -> unpack(Compression.SNAPPY, ByteBuffer.wrap(lie)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("claims to hold");
    }

    @Test
    void lz4FramesWithChecksumsAndSizesAreRead() throws IOException {
        byte[] content = text(100_000);
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        try (OutputStream packing = new net.jpountz.lz4.LZ4FrameOutputStream(
                sink,
                net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE.SIZE_256KB,
                content.length,
                net.jpountz.lz4.LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE,
                net.jpountz.lz4.LZ4FrameOutputStream.FLG.Bits.BLOCK_CHECKSUM,
                net.jpountz.lz4.LZ4FrameOutputStream.FLG.Bits.CONTENT_CHECKSUM,
                net.jpountz.lz4.LZ4FrameOutputStream.FLG.Bits.CONTENT_SIZE)) {
            packing.write(content);
        }

        assertThat(unpack(Compression.LZ4, ByteBuffer.wrap(sink.toByteArray()))).isEqualTo(content);
    }

    @Test
    void codecNumbersAndNamesAreKafkas() {
        for (Compression codec : Compression.values()) {
            assertThat(org.apache.kafka.common.record.internal.CompressionType.forId(codec.id()).name)
                    .isEqualTo(codec == Compression.NONE ? "none" : codec.type().configName());
            assertThat(Compression.ofId(codec.id())).isSameAs(codec);
        }
        assertThat(Compression.ofId(5)).isNull();
    }

    static byte[] pack(Compression codec, byte[] content, int level) throws IOException {
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        try (OutputStream packing = codec.pack(sink, level)) {
            int half = content.length / 2;
            packing.write(content, 0, half);
            if (half < content.length) {
                packing.write(content[half]);
                packing.write(content, half + 1, content.length - half - 1);
            }
        }
        return sink.toByteArray();
    }

    static byte[] unpack(Compression codec, ByteBuffer packed) throws IOException {
        try (InputStream unpacked = codec.unpack(packed)) {
            return unpacked.readAllBytes();
        }
    }

    private static org.apache.kafka.common.compress.Compression kafka(Compression codec) {
        return org.apache.kafka.common.compress.Compression.of(
                        org.apache.kafka.common.record.internal.CompressionType.forId(codec.id()))
                .build();
    }

    private static byte[] text(int size) {
        Random random = new Random(size);
        byte[] text = new byte[size];
        byte[] words = "the mill race carries water to the wheel; ".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        for (int i = 0; i < size; i++) {
            text[i] = random.nextInt(20) == 0 ? (byte) ('a' + random.nextInt(26)) : words[i % words.length];
        }
        return text;
    }

    private static byte[] noise(int size) {
        byte[] noise = new byte[size];
        new Random(size).nextBytes(noise);
        return Arrays.copyOf(noise, size);
    }
}
