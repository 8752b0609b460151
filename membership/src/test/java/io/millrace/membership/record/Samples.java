package io.millrace.membership.record;

import java.util.List;
import java.util.UUID;

/** One record of every kind, with every optional part present and absent somewhere. Thread: any. */
public final class Samples {
    public static final UUID TOPIC_ID = new UUID(0x0102030405060708L, 0x090A0B0C0D0E0F10L);
    public static final UUID DIRECTORY = new UUID(1, 2);

    private Samples() {}

    public static List<MetadataRecord> all() {
        return List.of(
                new TopicRecord(TOPIC_ID, "orders"),
                new PartitionRecord(
                        TOPIC_ID,
                        0,
                        new int[] {1, 2, 3},
                        new UUID[] {DIRECTORY},
                        new int[] {1, 2},
                        new int[] {3},
                        new int[] {},
                        1,
                        4,
                        7,
                        (byte) 1,
                        new int[] {9},
                        new int[] {8}),
                new PartitionChangeRecord(
                        TOPIC_ID,
                        300,
                        -1,
                        5,
                        8,
                        new int[] {},
                        new int[] {1},
                        new int[] {2},
                        (byte) 0,
                        new int[] {1},
                        new UUID[] {},
                        new int[] {},
                        new int[] {}),
                new PartitionChangeRecord(
                        TOPIC_ID,
                        0,
                        2,
                        5,
                        8,
                        null,
                        null,
                        null,
                        PartitionChangeRecord.SAME_RECOVERY_STATE,
                        null,
                        null,
                        null,
                        null),
                new RemoveTopicRecord(TOPIC_ID),
                new ConfigRecord(ConfigResource.topic("orders"), "retention.ms", "1000"),
                new ConfigRecord(ConfigResource.ALL_BROKERS, "min.insync.replicas", null),
                new RegisterBrokerRecord(
                        1,
                        new UUID(3, 4),
                        -1,
                        List.of(new Listener("PLAINTEXT", "::1", 9092, "PLAINTEXT")),
                        "r1",
                        List.of(DIRECTORY),
                        true,
                        false),
                new RegisterBrokerRecord(2, new UUID(5, 6), 77, List.of(), null, List.of(), false, true),
                new BrokerChangeRecord(1, 5, true, null, null),
                new BrokerChangeRecord(1, 5, null, false, List.of(DIRECTORY)),
                new UnregisterBrokerRecord(1, 5),
                new ProducerIdsRecord(1, 5, 3000),
                new FeatureLevelRecord("millrace.metadata", (short) 1),
                new EpochStartRecord(1, 9));
    }
}
