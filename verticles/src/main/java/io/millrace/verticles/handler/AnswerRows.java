package io.millrace.verticles.handler;

import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;

/**
 * Rows of answers whose lists kafka-clients keeps in hash collections. There they are placed by their position and not by
 * names that a client chose: with names that hash alike, or unknown topic ids, whose name is null, inserting n rows takes
 * up to the cube of n steps. Nobody looks anything up in an answer that is about to be sent.
 *
 * <p>Positions count from 0, and the collection is made with {@link #capacity} so that it never grows. Where a row is placed
 * is asked of the row alone, so each message has a class here, all alike.
 *
 * <p>Thread: as the message they belong to.
 */
final class AnswerRows {
    private AnswerRows() {}

    /** What to make a collection with that will hold so many rows. */
    static int capacity(int rows) {
        return 2 * rows + 16;
    }

    /** A topic of Metadata. */
    static final class MetadataTopic extends MetadataResponseTopic {
        private final int ordinal;

        MetadataTopic(int ordinal) {
            this.ordinal = ordinal;
        }

        @Override
        public int hashCode() {
            return ordinal;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    /** A topic of CreateTopics. */
    static final class CreatedTopic extends CreatableTopicResult {
        private final int ordinal;

        CreatedTopic(int ordinal) {
            this.ordinal = ordinal;
        }

        @Override
        public int hashCode() {
            return ordinal;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    /** A topic of DeleteTopics. */
    static final class DeletedTopic extends DeletableTopicResult {
        private final int ordinal;

        DeletedTopic(int ordinal) {
            this.ordinal = ordinal;
        }

        @Override
        public int hashCode() {
            return ordinal;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    /** A topic of DescribeTopicPartitions. */
    static final class DescribedTopic extends DescribeTopicPartitionsResponseTopic {
        private final int ordinal;

        DescribedTopic(int ordinal) {
            this.ordinal = ordinal;
        }

        @Override
        public int hashCode() {
            return ordinal;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    /** A topic of OffsetForLeaderEpoch. */
    static final class EpochsOfTopic extends OffsetForLeaderTopicResult {
        private final int ordinal;

        EpochsOfTopic(int ordinal) {
            this.ordinal = ordinal;
        }

        @Override
        public int hashCode() {
            return ordinal;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    /** A topic of DeleteRecords. */
    static final class TrimmedTopic extends DeleteRecordsTopicResult {
        private final int ordinal;

        TrimmedTopic(int ordinal) {
            this.ordinal = ordinal;
        }

        @Override
        public int hashCode() {
            return ordinal;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    /** A partition of DeleteRecords. */
    static final class TrimmedPartition extends DeleteRecordsPartitionResult {
        private final int ordinal;

        TrimmedPartition(int ordinal) {
            this.ordinal = ordinal;
        }

        @Override
        public int hashCode() {
            return ordinal;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    /** A group of DeleteGroups. */
    static final class DeletedGroup extends DeletableGroupResult {
        private final int ordinal;

        DeletedGroup(int ordinal) {
            this.ordinal = ordinal;
        }

        @Override
        public int hashCode() {
            return ordinal;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    /** A topic of OffsetDelete. */
    static final class OffsetsOfTopic extends OffsetDeleteResponseTopic {
        private final int ordinal;

        OffsetsOfTopic(int ordinal) {
            this.ordinal = ordinal;
        }

        @Override
        public int hashCode() {
            return ordinal;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    /** A partition of OffsetDelete. */
    static final class DeletedOffset extends OffsetDeleteResponsePartition {
        private final int ordinal;

        DeletedOffset(int ordinal) {
            this.ordinal = ordinal;
        }

        @Override
        public int hashCode() {
            return ordinal;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }
}
