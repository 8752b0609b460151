package io.millrace.membership.record;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A record as bytes and back: one byte type, one byte version of that type, then its fields.
 *
 * <p>A type or version that this build does not know is refused with a sentence that says so: the level of the
 * metadata feature keeps such a record out of the log until all nodes can read it. Bytes left over after the last
 * field are refused too.
 *
 * <p>Version 1 of each type, after the two bytes; {@code n} is a zigzag varint, {@code id} 16 bytes big-endian, {@code
 * text} an unsigned varint of its length and UTF-8, {@code text?} a byte 0 or 1 and the text if 1, {@code n[]} and {@code
 * id[]} an unsigned varint of their count and the items:
 *
 * <pre>
 *  1 topic             topic id, text name
 *  2 partition         topic id, n partition, n[] replicas, id[] directories, n[] isr, n[] elr, n[] last known leader,
 *                      n leader, n leader epoch, n partition epoch, byte recovery state, n[] adding, n[] removing
 *  3 partition change  topic id, n partition, n leader, n leader epoch, n partition epoch, byte recovery state (255 as
 *                      it was), byte of bits for the lists that follow, lowest first: n[] isr, n[] elr,
 *                      n[] last known leader, n[] replicas, id[] directories, n[] adding, n[] removing
 *  4 remove topic      topic id
 *  5 config            byte resource type (Kafka's), text resource, text name, text? value
 *  6 register broker   n broker, id incarnation, n broker epoch (-1 the offset of this record), count of listeners
 *                      {text name, text host, n port, text security}, text? rack, id[] directories, byte fenced,
 *                      byte in controlled shutdown; in a snapshot twice, first unfenced with the epoch of its last life
 *                      that ever was, for one that has not been unfenced since
 *  7 broker change     n broker, n broker epoch, byte fenced and byte in controlled shutdown (0 as it was, 1 no,
 *                      2 yes), byte 0 or 1 and id[] directories if 1
 *  8 unregister broker n broker, n broker epoch
 *  9 producer ids      n broker, n broker epoch, n next producer id
 * 10 feature level     text name, n level
 * 11 epoch start       n leader, n epoch
 * </pre>
 *
 * <p>Thread: any; has no state.
 */
public final class RecordCodec {
    /** A record's bytes are bounded: what a listener list or a config value may be is far below. */
    public static final int MAX_RECORD_BYTES = 4 << 20;

    private static final int TOPIC = 1;
    private static final int PARTITION = 2;
    private static final int PARTITION_CHANGE = 3;
    private static final int REMOVE_TOPIC = 4;
    private static final int CONFIG = 5;
    private static final int REGISTER_BROKER = 6;
    private static final int BROKER_CHANGE = 7;
    private static final int UNREGISTER_BROKER = 8;
    private static final int PRODUCER_IDS = 9;
    private static final int FEATURE_LEVEL = 10;
    private static final int EPOCH_START = 11;
    private static final int VERSION = 1;

    private static final int HAS_ISR = 1;
    private static final int HAS_ELR = 1 << 1;
    private static final int HAS_LAST_KNOWN_ELR = 1 << 2;
    private static final int HAS_REPLICAS = 1 << 3;
    private static final int HAS_DIRECTORIES = 1 << 4;
    private static final int HAS_ADDING = 1 << 5;
    private static final int HAS_REMOVING = 1 << 6;

    private RecordCodec() {}

    public static byte[] encode(MetadataRecord record) {
        RecordWriter out = new RecordWriter();
        if (record instanceof PartitionChangeRecord change) {
            write(out, change);
        } else if (record instanceof PartitionRecord partition) {
            write(out, partition);
        } else if (record instanceof TopicRecord topic) {
            start(out, TOPIC);
            out.id(topic.topicId());
            out.text(topic.name());
        } else if (record instanceof RemoveTopicRecord remove) {
            start(out, REMOVE_TOPIC);
            out.id(remove.topicId());
        } else if (record instanceof ConfigRecord config) {
            start(out, CONFIG);
            out.u8(config.resource().type().id());
            out.text(config.resource().name());
            out.text(config.name());
            out.nullableText(config.value());
        } else if (record instanceof RegisterBrokerRecord register) {
            write(out, register);
        } else if (record instanceof BrokerChangeRecord change) {
            write(out, change);
        } else if (record instanceof UnregisterBrokerRecord unregister) {
            start(out, UNREGISTER_BROKER);
            out.number(unregister.brokerId());
            out.number(unregister.brokerEpoch());
        } else if (record instanceof ProducerIdsRecord ids) {
            start(out, PRODUCER_IDS);
            out.number(ids.brokerId());
            out.number(ids.brokerEpoch());
            out.number(ids.nextProducerId());
        } else if (record instanceof FeatureLevelRecord feature) {
            start(out, FEATURE_LEVEL);
            out.text(feature.name());
            out.number(feature.level());
        } else if (record instanceof EpochStartRecord epochStart) {
            start(out, EPOCH_START);
            out.number(epochStart.leaderId());
            out.number(epochStart.epoch());
        }
        return out.toBytes();
    }

    public static MetadataRecord decode(byte[] bytes) {
        return decode(ByteBuffer.wrap(bytes));
    }

    /** Reads exactly one record from position to limit; the buffer's position moves to its limit. */
    public static MetadataRecord decode(ByteBuffer bytes) {
        if (bytes.remaining() > MAX_RECORD_BYTES) {
            throw new RecordCodecException(
                    "a metadata record of " + bytes.remaining() + " bytes exceeds the limit of " + MAX_RECORD_BYTES);
        }
        RecordReader in = new RecordReader(bytes);
        int type = in.u8();
        int version = in.u8();
        if (type < TOPIC || type > EPOCH_START) {
            throw new RecordCodecException(
                    "metadata record type " + type + " is not known to this version: use the build that wrote it");
        }
        if (version != VERSION) {
            throw new RecordCodecException("metadata record type " + type + " has version " + version
                    + ", this version reads up to " + VERSION);
        }
        MetadataRecord record = body(in, type);
        if (in.remaining() > 0) {
            throw new RecordCodecException(
                    "metadata record type " + type + " has " + in.remaining() + " bytes after its end");
        }
        return record;
    }

    private static MetadataRecord body(RecordReader in, int type) {
        switch (type) {
            case TOPIC:
                return new TopicRecord(in.id(), in.text());
            case PARTITION:
                return readPartition(in);
            case PARTITION_CHANGE:
                return readPartitionChange(in);
            case REMOVE_TOPIC:
                return new RemoveTopicRecord(in.id());
            case CONFIG:
                return new ConfigRecord(readResource(in), in.text(), in.nullableText());
            case REGISTER_BROKER:
                return readRegisterBroker(in);
            case BROKER_CHANGE:
                return readBrokerChange(in);
            case UNREGISTER_BROKER:
                return new UnregisterBrokerRecord(in.int32(), in.number());
            case PRODUCER_IDS:
                return new ProducerIdsRecord(in.int32(), in.number(), in.number());
            case FEATURE_LEVEL:
                return new FeatureLevelRecord(in.text(), readLevel(in));
            case EPOCH_START:
                return new EpochStartRecord(in.int32(), in.int32());
            default:
                throw new RecordCodecException("metadata record type " + type + " is not known to this version");
        }
    }

    private static void start(RecordWriter out, int type) {
        out.u8(type);
        out.u8(VERSION);
    }

    private static void write(RecordWriter out, PartitionRecord record) {
        start(out, PARTITION);
        out.id(record.topicId());
        out.number(record.partition());
        out.numbers(record.replicas());
        out.ids(record.directories());
        out.numbers(record.isr());
        out.numbers(record.elr());
        out.numbers(record.lastKnownElr());
        out.number(record.leader());
        out.number(record.leaderEpoch());
        out.number(record.partitionEpoch());
        out.u8(record.recoveryState());
        out.numbers(record.adding());
        out.numbers(record.removing());
    }

    private static PartitionRecord readPartition(RecordReader in) {
        return new PartitionRecord(
                in.id(),
                in.int32(),
                in.numbers(),
                in.ids(),
                in.numbers(),
                in.numbers(),
                in.numbers(),
                in.int32(),
                in.int32(),
                in.int32(),
                (byte) in.u8(),
                in.numbers(),
                in.numbers());
    }

    private static void write(RecordWriter out, PartitionChangeRecord record) {
        start(out, PARTITION_CHANGE);
        out.id(record.topicId());
        out.number(record.partition());
        out.number(record.leader());
        out.number(record.leaderEpoch());
        out.number(record.partitionEpoch());
        out.u8(record.recoveryState());
        out.u8((record.isr() == null ? 0 : HAS_ISR)
                | (record.elr() == null ? 0 : HAS_ELR)
                | (record.lastKnownElr() == null ? 0 : HAS_LAST_KNOWN_ELR)
                | (record.replicas() == null ? 0 : HAS_REPLICAS)
                | (record.directories() == null ? 0 : HAS_DIRECTORIES)
                | (record.adding() == null ? 0 : HAS_ADDING)
                | (record.removing() == null ? 0 : HAS_REMOVING));
        writeIfPresent(out, record.isr());
        writeIfPresent(out, record.elr());
        writeIfPresent(out, record.lastKnownElr());
        writeIfPresent(out, record.replicas());
        if (record.directories() != null) {
            out.ids(record.directories());
        }
        writeIfPresent(out, record.adding());
        writeIfPresent(out, record.removing());
    }

    private static void writeIfPresent(RecordWriter out, int[] values) {
        if (values != null) {
            out.numbers(values);
        }
    }

    private static PartitionChangeRecord readPartitionChange(RecordReader in) {
        UUID topicId = in.id();
        int partition = in.int32();
        int leader = in.int32();
        int leaderEpoch = in.int32();
        int partitionEpoch = in.int32();
        byte recoveryState = (byte) in.u8();
        int has = in.u8();
        int[] isr = (has & HAS_ISR) == 0 ? null : in.numbers();
        int[] elr = (has & HAS_ELR) == 0 ? null : in.numbers();
        int[] lastKnownElr = (has & HAS_LAST_KNOWN_ELR) == 0 ? null : in.numbers();
        int[] replicas = (has & HAS_REPLICAS) == 0 ? null : in.numbers();
        UUID[] directories = (has & HAS_DIRECTORIES) == 0 ? null : in.ids();
        int[] adding = (has & HAS_ADDING) == 0 ? null : in.numbers();
        int[] removing = (has & HAS_REMOVING) == 0 ? null : in.numbers();
        return new PartitionChangeRecord(
                topicId,
                partition,
                leader,
                leaderEpoch,
                partitionEpoch,
                isr,
                elr,
                lastKnownElr,
                recoveryState,
                replicas,
                directories,
                adding,
                removing);
    }

    private static void write(RecordWriter out, RegisterBrokerRecord record) {
        start(out, REGISTER_BROKER);
        out.number(record.brokerId());
        out.id(record.incarnation());
        out.number(record.brokerEpoch());
        out.count(record.listeners().size());
        for (Listener listener : record.listeners()) {
            out.text(listener.name());
            out.text(listener.host());
            out.number(listener.port());
            out.text(listener.security());
        }
        out.nullableText(record.rack());
        out.ids(record.directories());
        out.bool(record.fenced());
        out.bool(record.inControlledShutdown());
    }

    private static RegisterBrokerRecord readRegisterBroker(RecordReader in) {
        int brokerId = in.int32();
        UUID incarnation = in.id();
        long brokerEpoch = in.number();
        int count = in.count(4);
        List<Listener> listeners = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            listeners.add(new Listener(in.text(), in.text(), in.int32(), in.text()));
        }
        return new RegisterBrokerRecord(
                brokerId,
                incarnation,
                brokerEpoch,
                listeners,
                in.nullableText(),
                List.of(in.ids()),
                in.bool(),
                in.bool());
    }

    private static void write(RecordWriter out, BrokerChangeRecord record) {
        start(out, BROKER_CHANGE);
        out.number(record.brokerId());
        out.number(record.brokerEpoch());
        out.u8(threeWay(record.fenced()));
        out.u8(threeWay(record.inControlledShutdown()));
        out.bool(record.directories() != null);
        if (record.directories() != null) {
            out.ids(record.directories());
        }
    }

    private static BrokerChangeRecord readBrokerChange(RecordReader in) {
        return new BrokerChangeRecord(
                in.int32(), in.number(), readThreeWay(in), readThreeWay(in), in.bool() ? List.of(in.ids()) : null);
    }

    private static int threeWay(Boolean value) {
        return value == null ? 0 : value ? 2 : 1;
    }

    private static Boolean readThreeWay(RecordReader in) {
        int value = in.u8();
        if (value > 2) {
            throw new RecordCodecException("a change of a boolean has the value " + value);
        }
        return value == 0 ? null : value == 2;
    }

    private static ConfigResource readResource(RecordReader in) {
        int id = in.u8();
        ConfigResource.Type type = ConfigResource.Type.fromId(id);
        if (type == null) {
            throw new RecordCodecException("config resource type " + id + " is not known to this version");
        }
        return new ConfigResource(type, in.text());
    }

    private static short readLevel(RecordReader in) {
        int level = in.int32();
        if (level != (short) level) {
            throw new RecordCodecException("the feature level " + level + " does not fit 16 bits");
        }
        return (short) level;
    }
}
