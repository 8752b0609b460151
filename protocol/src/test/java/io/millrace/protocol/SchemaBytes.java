package io.millrace.protocol;

import io.millrace.protocol.wire.ByteBufWritable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.CompactArrayOf;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/**
 * Writes the bytes of a message from kafka-clients' schema of it, so that every API and version can be tested without
 * naming its fields. What the values are is up to the {@link Shape}.
 *
 * <p>Thread: one per instance.
 */
public final class SchemaBytes {
    /** How large lists and strings become; a path is made of field names. */
    public interface Shape {
        int elements(String path);

        String text(String path);

        boolean takesNull(String path);

        boolean takesTag(String path);

        long number(String path);
    }

    /** As the text of {@link #swollen}: every string and number differs from the one before. */
    static final String DISTINCT = "distinct";

    private final Shape shape;
    private final ByteBuf buf = Unpooled.buffer(256);
    private final ByteBufWritable out = new ByteBufWritable(buf);

    private SchemaBytes(Shape shape) {
        this.shape = shape;
    }

    public static ByteBuf write(Schema schema, Shape shape) {
        SchemaBytes writer = new SchemaBytes(shape);
        writer.struct(schema, "");
        return writer.buf;
    }

    /** Paths of all lists, those in lists included. */
    static List<String> arrayPaths(Schema schema) {
        List<String> paths = new ArrayList<>();
        collect(schema, "", paths);
        return paths;
    }

    private static void collect(Type type, String path, List<String> paths) {
        if (type instanceof Schema schema) {
            for (BoundField field : schema.fields()) {
                collect(field.def.type, path + "/" + field.def.name, paths);
            }
        } else if (type instanceof TaggedFields tagged) {
            for (Field field : tagged.fields().values()) {
                collect(field.type, path + "/" + field.name, paths);
            }
        } else if (type.isArray()) {
            paths.add(path);
            collect(type.arrayElementType().orElseThrow(), path, paths);
        }
    }

    private void struct(Schema schema, String path) {
        for (BoundField field : schema.fields()) {
            value(field.def.type, path + "/" + field.def.name);
        }
    }

    private void value(Type type, String path) {
        if (type instanceof Schema schema) {
            boolean absent = schema.isNullable() && shape.takesNull(path);
            if (schema.isNullable()) {
                out.writeByte((byte) (absent ? -1 : 1));
            }
            if (!absent) {
                struct(schema, path);
            }
        } else if (type instanceof TaggedFields tagged) {
            tags(tagged, path);
        } else if (type.isArray()) {
            array(type, path);
        } else {
            primitive(type.toString(), path);
        }
    }

    private void array(Type type, String path) {
        boolean compact = type instanceof CompactArrayOf;
        if (type.isNullable() && shape.takesNull(path)) {
            out.writeArrayCount(-1, compact);
            return;
        }
        int count = shape.elements(path);
        out.writeArrayCount(count, compact);
        Type element = type.arrayElementType().orElseThrow();
        for (int i = 0; i < count; i++) {
            value(element, path);
        }
    }

    private void tags(TaggedFields tagged, String path) {
        List<Map.Entry<Integer, Field>> sent = tagged.fields().entrySet().stream()
                .filter(entry -> shape.takesTag(path + "/" + entry.getValue().name))
                .toList();
        out.writeUnsignedVarint(sent.size());
        for (Map.Entry<Integer, Field> entry : sent) {
            out.writeUnsignedVarint(entry.getKey());
            SchemaBytes content = new SchemaBytes(shape);
            content.value(entry.getValue().type, path + "/" + entry.getValue().name);
            out.writeUnsignedVarint(content.buf.readableBytes());
            buf.writeBytes(content.buf);
        }
    }

    private void primitive(String type, String path) {
        long number = shape.number(path);
        switch (type) {
            case "BOOLEAN" -> out.writeByte((byte) (number & 1));
            case "INT8" -> out.writeByte((byte) number);
            case "INT16", "UINT16" -> out.writeShort((short) number);
            case "INT32", "UINT32" -> out.writeInt((int) number);
            case "INT64" -> out.writeLong(number);
            case "FLOAT64" -> out.writeDouble(number);
            case "UUID" -> {
                out.writeLong(number);
                out.writeLong(~number);
            }
            case "STRING" -> out.writeNullableString(shape.text(path), false);
            case "NULLABLE_STRING" -> out.writeNullableString(textOrNull(path), false);
            case "COMPACT_STRING" -> out.writeNullableString(shape.text(path), true);
            case "COMPACT_NULLABLE_STRING" -> out.writeNullableString(textOrNull(path), true);
            case "RECORDS", "BYTES", "NULLABLE_RECORDS", "NULLABLE_BYTES" -> {
                byte[] bytes = shape.text(path).getBytes(java.nio.charset.StandardCharsets.UTF_8);
                out.writeInt(bytes.length);
                out.writeByteArray(bytes);
            }
            case "COMPACT_RECORDS", "COMPACT_BYTES", "COMPACT_NULLABLE_RECORDS", "COMPACT_NULLABLE_BYTES" -> {
                byte[] bytes = shape.text(path).getBytes(java.nio.charset.StandardCharsets.UTF_8);
                out.writeUnsignedVarint(bytes.length + 1);
                out.writeByteArray(bytes);
            }
            default -> throw new IllegalArgumentException("no bytes known for type " + type + " at " + path);
        }
    }

    private String textOrNull(String path) {
        return shape.takesNull(path) ? null : shape.text(path);
    }

    /** Small values of every kind, nulls and tagged fields included. */
    public static Shape random(Random random) {
        return new Shape() {
            @Override
            public int elements(String path) {
                return random.nextInt(4);
            }

            @Override
            public String text(String path) {
                int length = random.nextInt(12);
                StringBuilder text = new StringBuilder();
                for (int i = 0; i < length; i++) {
                    text.append(random.nextInt(20) == 0 ? 'ü' : (char) ('a' + random.nextInt(26)));
                }
                return text.toString();
            }

            @Override
            public boolean takesNull(String path) {
                return random.nextInt(4) == 0;
            }

            @Override
            public boolean takesTag(String path) {
                return random.nextBoolean();
            }

            @Override
            public long number(String path) {
                return switch (random.nextInt(4)) {
                    case 0 -> random.nextLong();
                    case 1 -> -1;
                    default -> random.nextInt(100);
                };
            }
        };
    }

    /** The smallest elements there are, as many as told at one path, {@code others} everywhere else. */
    public static Shape swollen(String where, int count, int others, String text) {
        return new Shape() {
            private int counter;

            @Override
            public int elements(String path) {
                return path.equals(where) ? count : where.startsWith(path + "/") ? 1 : others;
            }

            @Override
            public String text(String path) {
                return text.equals(DISTINCT) ? Integer.toString(counter++, 36) : text;
            }

            @Override
            public boolean takesNull(String path) {
                return false;
            }

            @Override
            public boolean takesTag(String path) {
                return where.startsWith(path);
            }

            @Override
            public long number(String path) {
                return text.equals(DISTINCT) ? counter++ : 0;
            }
        };
    }
}
