package io.millrace.log.compress;

import io.millrace.log.CompressionType;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * How the records of a batch are packed: the codec bits of its attributes.
 *
 * <p>A codec's jar is looked for when the codec is first used; a broker without it serves every other batch, and such
 * batches too as long as nobody asks it to look inside.
 *
 * <p>Thread: any.
 */
public enum Compression {
    NONE(0, CompressionType.UNCOMPRESSED, "the JDK", () -> new PlainCodec()),
    GZIP(1, CompressionType.GZIP, "the JDK", () -> new GzipCodec()),
    SNAPPY(2, CompressionType.SNAPPY, "org.xerial.snappy:snappy-java", () -> new SnappyCodec()),
    LZ4(3, CompressionType.LZ4, "at.yawk.lz4:lz4-java", () -> new Lz4Codec()),
    ZSTD(4, CompressionType.ZSTD, "com.github.luben:zstd-jni", () -> new ZstdCodec());

    private static final Compression[] BY_ID = values();

    private final int id;
    private final CompressionType type;
    private final String jar;
    /** Lambdas and not constructor references: those would link the codec's class, and so need its jar, right here. */
    private final Supplier<Codec> maker;

    private volatile Codec codec;

    Compression(int id, CompressionType type, String jar, Supplier<Codec> maker) {
        this.id = id;
        this.type = type;
        this.jar = jar;
        this.maker = maker;
    }

    /** The value of the codec bits. */
    public int id() {
        return id;
    }

    /** The value of {@code compression.type} that asks for this codec. */
    public CompressionType type() {
        return type;
    }

    /** @return null when Kafka has no codec of this number */
    public static Compression ofId(int id) {
        return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
    }

    /** @return null for {@code producer}, which asks for none in particular */
    public static Compression of(CompressionType type) {
        for (Compression candidate : BY_ID) {
            if (candidate.type == type) {
                return candidate;
            }
        }
        return null;
    }

    /** The level that Kafka uses unless told otherwise; codecs without levels ignore it. */
    public int defaultLevel() {
        return switch (this) {
            case GZIP -> -1;
            case LZ4 -> 9;
            case ZSTD -> 3;
            default -> 0;
        };
    }

    /**
     * The unpacked bytes of what lies between position and limit. The stream holds a bounded window, never the whole; the
     * caller bounds how much it takes out. A malformed source is an {@link IOException} from a read.
     *
     * @throws CodecMissingException when the codec's jar is absent
     */
    public InputStream unpack(ByteBuffer packed) throws IOException {
        return codec().unpack(packed);
    }

    /**
     * A stream that packs into {@code sink}; closing it completes the packed form and leaves the sink open.
     *
     * @throws CodecMissingException when the codec's jar is absent
     */
    public OutputStream pack(OutputStream sink, int level) throws IOException {
        return codec().pack(sink, level);
    }

    /** Looks for the codec's jar now; throws {@link CodecMissingException}, which names it, when it is absent. */
    public void require() {
        codec();
    }

    public boolean isAvailable() {
        try {
            codec();
            return true;
        } catch (CodecMissingException missing) {
            return false;
        }
    }

    private Codec codec() {
        Codec known = codec;
        if (known == null) {
            try {
                known = maker.get();
                known.probe();
            } catch (LinkageError missing) {
                // NoClassDefFoundError: no jar. UnsatisfiedLinkError and ExceptionInInitializerError: no native part.
                throw new CodecMissingException(type.configName(), jar, missing);
            }
            codec = known;
        }
        return known;
    }
}
