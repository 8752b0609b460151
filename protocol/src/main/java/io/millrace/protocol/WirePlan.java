package io.millrace.protocol;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.CompactArrayOf;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/**
 * How the bytes of one version of a message are laid out, compiled from kafka-clients' schema into something that can be
 * walked without making an object per value.
 *
 * <p>Thread: any; immutable.
 */
final class WirePlan {
    /** What is read for one value. */
    enum Kind {
        STRUCT,
        LIST,
        TAGS,
        TEXT,
        /** Bytes with a length, or null. */
        BLOB,
        BYTE,
        SHORT,
        INT,
        LONG,
        UUID
    }

    private static final WirePlan[] NONE = {};

    final Kind kind;
    /** Lengths are varints. */
    final boolean compact;
    /** A struct that may be absent. */
    final boolean nullable;
    /** The value is part of its struct's key. */
    final boolean key;
    /** The list becomes a hash collection. */
    final boolean keyed;
    /** Fields of a struct, the element of a list, the known fields of a tagged section. */
    final WirePlan[] children;

    private final int[] tags;

    private WirePlan(
            Kind kind, boolean compact, boolean nullable, boolean key, boolean keyed, WirePlan[] children, int[] tags) {
        this.kind = kind;
        this.compact = compact;
        this.nullable = nullable;
        this.key = key;
        this.keyed = keyed;
        this.children = children;
        this.tags = tags;
    }

    /** @param keyedLists key fields by the path of their list */
    static WirePlan of(Schema schema, Map<String, List<String>> keyedLists) {
        return struct(schema, "", List.of(), keyedLists);
    }

    /** The known tagged field, or null. */
    WirePlan tagged(int tag) {
        for (int i = 0; i < tags.length; i++) {
            if (tags[i] == tag) {
                return children[i];
            }
        }
        return null;
    }

    private static WirePlan struct(
            Schema schema, String path, List<String> keys, Map<String, List<String>> keyedLists) {
        BoundField[] fields = schema.fields();
        WirePlan[] children = new WirePlan[fields.length];
        for (int i = 0; i < fields.length; i++) {
            String name = fields[i].def.name;
            children[i] = value(fields[i].def.type, path, name, keys.contains(name), keyedLists);
        }
        return new WirePlan(Kind.STRUCT, false, schema.isNullable(), false, false, children, null);
    }

    private static WirePlan value(
            Type type, String path, String name, boolean key, Map<String, List<String>> keyedLists) {
        String ownPath = path + "/" + name;
        if (type instanceof Schema schema) {
            return struct(schema, ownPath, List.of(), keyedLists);
        }
        if (type instanceof TaggedFields tagged) {
            return tagged(tagged, path, keyedLists);
        }
        if (type.isArray()) {
            return list(type, ownPath, keyedLists);
        }
        Kind kind = primitive(type);
        boolean compact = type == Type.COMPACT_STRING
                || type == Type.COMPACT_NULLABLE_STRING
                || type == Type.COMPACT_BYTES
                || type == Type.COMPACT_NULLABLE_BYTES;
        return new WirePlan(kind, compact, false, key, false, NONE, null);
    }

    private static WirePlan list(Type type, String path, Map<String, List<String>> keyedLists) {
        List<String> keys = keyedLists.getOrDefault(path, List.of());
        Type elementType = type.arrayElementType().orElseThrow();
        WirePlan element = elementType instanceof Schema schema
                ? struct(schema, path, keys, keyedLists)
                : value(elementType, path, "", false, keyedLists);
        return new WirePlan(
                Kind.LIST,
                type instanceof CompactArrayOf,
                false,
                false,
                !keys.isEmpty(),
                new WirePlan[] {element},
                null);
    }

    private static WirePlan tagged(TaggedFields tagged, String path, Map<String, List<String>> keyedLists) {
        WirePlan[] children = new WirePlan[tagged.fields().size()];
        int[] tags = new int[children.length];
        int i = 0;
        for (Map.Entry<Integer, Field> known : tagged.fields().entrySet()) {
            tags[i] = known.getKey();
            children[i++] = value(known.getValue().type, path, known.getValue().name, false, keyedLists);
        }
        return new WirePlan(Kind.TAGS, false, false, false, false, children, tags);
    }

    private static Kind primitive(Type type) {
        if (type == Type.INT8 || type == Type.BOOLEAN) {
            return Kind.BYTE;
        } else if (type == Type.INT16 || type == Type.UINT16) {
            return Kind.SHORT;
        } else if (type == Type.INT32 || type == Type.UNSIGNED_INT32) {
            return Kind.INT;
        } else if (type == Type.INT64 || type == Type.FLOAT64) {
            return Kind.LONG;
        } else if (type == Type.UUID) {
            return Kind.UUID;
        } else if (type == Type.STRING
                || type == Type.NULLABLE_STRING
                || type == Type.COMPACT_STRING
                || type == Type.COMPACT_NULLABLE_STRING) {
            return Kind.TEXT;
        } else if (type == Type.BYTES
                || type == Type.NULLABLE_BYTES
                || type == Type.COMPACT_BYTES
                || type == Type.COMPACT_NULLABLE_BYTES) {
            return Kind.BLOB;
        }
        throw new IllegalStateException("a request with keyed lists has a field of type " + type);
    }
}
