package io.millrace.protocol;

import io.millrace.protocol.wire.ByteBufReadable;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.CompactArrayOf;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/**
 * Walks a request that will be decoded into hash collections, before it is, and refuses keys chosen to collide: see
 * {@link ProbeBudget} for what they would cost.
 *
 * <p>It reads through the same bounded buffer with the same budget as the decoder and keeps one int per element of the
 * list it is in.
 *
 * <p>Thread: the one that decodes; one per request.
 */
final class KeyedListGuard {
    /** Below this many bytes no list is long enough to matter, and nearly all requests are below it. */
    private static final int HARMLESS_BYTES = 256;

    private final Map<String, List<String>> keyed;
    private final ByteBufReadable in;
    private final ProbeBudget budget = new ProbeBudget();

    private KeyedListGuard(Map<String, List<String>> keyed, ByteBufReadable in) {
        this.keyed = keyed;
        this.in = in;
    }

    /**
     * Leaves the buffer's indexes as they are.
     *
     * @throws MalformedRequestException when decoding would take too long, or fail anyway
     */
    static void check(ApiSpec api, short version, ByteBuf body) {
        Map<String, List<String>> keyed = KeyedLists.of(api.type());
        if (keyed.isEmpty() || body.readableBytes() <= HARMLESS_BYTES) {
            return;
        }
        ByteBufReadable in = new ByteBufReadable(body.duplicate(), api.maxFields());
        new KeyedListGuard(keyed, in).struct(api.type().requestSchemas()[version], "", List.of());
    }

    /** Reads a struct and returns the hash of its key fields, computed as the generated classes do. */
    private int struct(Schema schema, String path, List<String> keys) {
        int hash = 0;
        for (BoundField field : schema.fields()) {
            int fieldHash = value(field.def.type, path, field.def.name);
            if (keys.contains(field.def.name)) {
                hash = 31 * hash + fieldHash;
            }
        }
        return hash;
    }

    private int value(Type type, String path, String name) {
        if (type instanceof Schema schema) {
            if (schema.isNullable() && in.readByte() < 0) {
                return 0;
            }
            return struct(schema, path + "/" + name, List.of());
        }
        if (type instanceof TaggedFields tagged) {
            tags(tagged, path);
            return 0;
        }
        if (type.isArray()) {
            array(type, path + "/" + name);
            return 0;
        }
        return primitive(type);
    }

    private void array(Type type, String path) {
        int count = in.readArrayCount(type instanceof CompactArrayOf, 1);
        if (count < 0) {
            return;
        }
        Type element = type.arrayElementType().orElseThrow();
        List<String> keys = keyed.get(path);
        if (keys == null) {
            for (int i = 0; i < count; i++) {
                element(element, path, List.of());
            }
            return;
        }
        int[] hashes = new int[count];
        for (int i = 0; i < count; i++) {
            hashes[i] = element(element, path, keys);
        }
        budget.charge(hashes, count);
    }

    private int element(Type element, String path, List<String> keys) {
        return element instanceof Schema schema ? struct(schema, path, keys) : value(element, path, "");
    }

    private void tags(TaggedFields tagged, String path) {
        int count = in.readTaggedFieldCount();
        for (int i = 0; i < count; i++) {
            Field known = tagged.fields().get(in.readUnsignedVarint());
            int size = in.readUnsignedVarint();
            if (known == null) {
                in.skip(size);
            } else {
                value(known.type, path, known.name);
            }
        }
    }

    private int primitive(Type type) {
        if (type == Type.INT8 || type == Type.BOOLEAN) {
            return in.readByte();
        }
        if (type == Type.INT16 || type == Type.UINT16) {
            return in.readShort();
        }
        if (type == Type.INT32 || type == Type.UNSIGNED_INT32) {
            return in.readInt();
        }
        if (type == Type.INT64 || type == Type.FLOAT64) {
            return Long.hashCode(in.readLong());
        }
        if (type == Type.UUID) {
            return in.readJavaUuid().hashCode();
        }
        if (type == Type.STRING || type == Type.NULLABLE_STRING) {
            return textHash(in.readNullableString(false));
        }
        if (type == Type.COMPACT_STRING || type == Type.COMPACT_NULLABLE_STRING) {
            return textHash(in.readNullableString(true));
        }
        throw new IllegalStateException("a request with keyed lists has a field of type " + type);
    }

    private static int textHash(String text) {
        return text == null ? 0 : text.hashCode();
    }
}
