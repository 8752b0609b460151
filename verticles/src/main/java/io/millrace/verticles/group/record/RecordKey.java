package io.millrace.verticles.group.record;

import java.nio.ByteBuffer;

/**
 * A key of {@code __consumer_offsets}: it says what kind of record this is.
 *
 * <pre>
 * offset   int16 version: 0 or 1    string group    string topic    int32 partition
 * group    int16 version: 2         string group
 * </pre>
 *
 * Strings have a two-byte length. Versions from 3 on are the records of other group kinds (KIP-848, KIP-932, KIP-1071).
 *
 * <p>Thread: any.
 */
public sealed interface RecordKey {
    short OLD_OFFSET_VERSION = 0;
    short OFFSET_VERSION = 1;
    short GROUP_VERSION = 2;

    /** Whose committed offset of which partition. */
    record Offset(String group, String topic, int partition) implements RecordKey {
        public byte[] toBytes() {
            return new FieldWriter()
                    .int16(OFFSET_VERSION)
                    .string(group)
                    .string(topic)
                    .int32(partition)
                    .toBytes();
        }
    }

    /** Which classic group's generation. */
    record Group(String group) implements RecordKey {
        public byte[] toBytes() {
            return new FieldWriter().int16(GROUP_VERSION).string(group).toBytes();
        }
    }

    /** A record of another kind of group, left as it is. */
    record Other(short version) implements RecordKey {}

    static RecordKey read(ByteBuffer key) throws BadRecordException {
        if (key == null) {
            throw new BadRecordException("a record without a key");
        }
        FieldReader in = new FieldReader(key);
        short version = in.int16();
        return switch (version) {
            case OLD_OFFSET_VERSION, OFFSET_VERSION -> new Offset(in.string(), in.string(), in.int32());
            case GROUP_VERSION -> new Group(in.string());
            default -> new Other(version);
        };
    }
}
