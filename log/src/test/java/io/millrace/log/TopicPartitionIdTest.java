package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicPartitionIdTest {
    private static final UUID TOPIC_ID = UUID.fromString("a1b2c3d4-e5f6-4789-abcd-ef0123456789");
    private static final int LONGEST_FILE_NAME = 255;

    @Test
    void aFolderIsNamedAfterTopicPartitionAndTopicId() {
        assertThat(new TopicPartitionId(TOPIC_ID, "orders", 3).folderName())
                .isEqualTo("orders-3.obLD1OX2R4mrze8BI0VniQ");
        assertThat(new TopicPartitionId(new UUID(0, 1), "__cluster_metadata", 0).folderName())
                .isEqualTo("__cluster_metadata-0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"orders", "a.b-c_d", "o-1", "with.22.characters.id.abcdefghijklmnopqrstuv", "__cluster_metadata"
            })
    void theNameOfAFolderTellsThePartition(String topic) {
        TopicPartitionId id = new TopicPartitionId(TOPIC_ID, topic, Integer.MAX_VALUE);

        TopicPartitionId read = TopicPartitionId.ofFolder(id.folderName());

        assertThat(read).isEqualTo(id);
        assertThat(read.topic()).isEqualTo(topic);
    }

    @Test
    void theLongestTopicNameFitsAndIsTheSamePartition() {
        TopicPartitionId id = new TopicPartitionId(TOPIC_ID, "t".repeat(249), Integer.MAX_VALUE);

        assertThat(id.folderName()).hasSize(LONGEST_FILE_NAME);
        assertThat(TopicPartitionId.ofFolder(id.folderName())).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orders-0",
                "lost+found",
                "orders",
                ".obLD1OX2R4mrze8BI0VniQ",
                "-0.obLD1OX2R4mrze8BI0VniQ",
                "orders-.obLD1OX2R4mrze8BI0VniQ",
                "orders-00.obLD1OX2R4mrze8BI0VniQ",
                "orders-x.obLD1OX2R4mrze8BI0VniQ",
                "orders-2147483648.obLD1OX2R4mrze8BI0VniQ",
                "orders-0.obLD1OX2R4mrze8BI0VniR",
                "orders-0.obLD1OX2R4mrze8BI0Vn!Q",
                "orders-0.obLD1OX2R4mrze8BI0VniQ.3f2b8c1e-0000-4000-8000-000000000000-delete",
                "__cluster_metadata-"
            })
    void otherNamesAreNoPartitions(String name) {
        assertThat(TopicPartitionId.ofFolder(name)).isNull();
    }
}
