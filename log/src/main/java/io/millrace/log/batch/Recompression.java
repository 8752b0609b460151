package io.millrace.log.batch;

import io.millrace.log.CompressionType;
import io.millrace.log.HeapPayload;
import io.millrace.log.LogConfig;
import io.millrace.log.compress.Compression;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Stores a batch in the topic's codec where {@code compression.type} names one and the producer used another.
 *
 * <p>Offsets and timestamps in records are relative to the header, so that the records go through as bytes: they are
 * unpacked and packed in one pass, in small steps, and not parsed.
 *
 * <p>Thread: any (no state).
 */
public final class Recompression {
    private static final int STEP_BYTES = 8 * 1024;

    private Recompression() {}

    /** The codec to store the batch in; null when it stays as it is. Markers are never packed. */
    public static Compression target(LogConfig config, ByteBuffer b, int at) {
        CompressionType wanted = config.compressionType();
        if (wanted == CompressionType.PRODUCER || BatchHeader.isControl(b, at)) {
            return null;
        }
        Compression target = Compression.of(wanted);
        return target.id() == BatchHeader.codecId(b, at) ? null : target;
    }

    /** The level that the topic asks of a codec. */
    public static int level(LogConfig config, Compression codec) {
        return switch (codec) {
            case GZIP -> config.gzipLevel();
            case LZ4 -> config.lz4Level();
            case ZSTD -> config.zstdLevel();
            default -> codec.defaultLevel();
        };
    }

    /**
     * The same records in another codec, on the heap. The batch has passed {@link BatchValidator#check}.
     *
     * @throws BatchException MESSAGE_TOO_LARGE when the result exceeds {@code max.message.bytes}
     * @throws io.millrace.log.compress.CodecMissingException when either codec has no jar here
     */
    public static HeapPayload recompress(ByteBuffer b, int at, Compression target, LogConfig config) {
        int end = at + BatchHeader.sizeBytes(b, at);
        Compression source = Compression.ofId(BatchHeader.codecId(b, at));
        int limit = Math.max(config.maxMessageBytes(), BatchHeader.SIZE_BYTES);
        RecordOutput out = new RecordOutput(Math.min(limit, end - at), limit);
        ByteBuffer header = b.duplicate().limit(at + BatchHeader.SIZE_BYTES).position(at);
        out.write(header);
        ByteBuffer packed = b.duplicate().limit(end).position(at + BatchHeader.SIZE_BYTES);
        try (InputStream records = source.unpack(packed);
                OutputStream packing = target.pack(out, level(config, target))) {
            byte[] step = new byte[STEP_BYTES];
            for (int read = records.read(step); read > 0; read = records.read(step)) {
                packing.write(step, 0, read);
            }
        } catch (IOException malformed) {
            throw BatchException.invalid("The records cannot be unpacked: " + malformed.getMessage());
        }
        ByteBuffer stored = ByteBuffer.wrap(out.array(), 0, out.size()).slice();
        int attributes = (BatchHeader.attributes(b, at) & ~BatchHeader.CODEC_MASK) | target.id();
        stored.putInt(BatchHeader.LENGTH, out.size() - BatchHeader.LOG_OVERHEAD_BYTES)
                .putShort(BatchHeader.ATTRIBUTES, (short) attributes);
        stored.putInt(BatchHeader.CRC, BatchHeader.computeCrc(stored, 0));
        return HeapPayload.of(stored);
    }
}
