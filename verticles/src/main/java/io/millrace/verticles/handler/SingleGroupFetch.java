package io.millrace.verticles.handler;

import io.millrace.protocol.Errors;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartition;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopic;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;

/**
 * OffsetFetch before version 8, which asks for one group, in the form of those that ask for several, and back. Before
 * version 2 an answer has no error of its own, so each partition says it.
 *
 * <p>Thread: any.
 */
final class SingleGroupFetch {
    static final long NO_OFFSET = -1;
    static final int NO_EPOCH = -1;
    static final String NO_METADATA = "";
    private static final short FIRST_WITH_ERROR = 2;

    private SingleGroupFetch() {}

    static OffsetFetchRequestGroup of(OffsetFetchRequestData request) {
        List<OffsetFetchRequestTopics> topics = null;
        if (request.topics() != null) {
            topics = new ArrayList<>(request.topics().size());
            for (OffsetFetchRequestTopic topic : request.topics()) {
                topics.add(new OffsetFetchRequestTopics()
                        .setName(topic.name())
                        .setPartitionIndexes(topic.partitionIndexes()));
            }
        }
        return new OffsetFetchRequestGroup().setGroupId(request.groupId()).setTopics(topics);
    }

    static OffsetFetchResponseData answer(
            OffsetFetchRequestGroup asked, OffsetFetchResponseGroup group, short version) {
        if (version < FIRST_WITH_ERROR && group.errorCode() != Errors.NONE.code()) {
            return everyPartition(asked, group.errorCode());
        }
        OffsetFetchResponseData response = new OffsetFetchResponseData().setErrorCode(group.errorCode());
        for (OffsetFetchResponseTopics topic : group.topics()) {
            OffsetFetchResponseTopic rows = new OffsetFetchResponseTopic().setName(topic.name());
            for (OffsetFetchResponsePartitions partition : topic.partitions()) {
                rows.partitions()
                        .add(new OffsetFetchResponsePartition()
                                .setPartitionIndex(partition.partitionIndex())
                                .setCommittedOffset(partition.committedOffset())
                                .setCommittedLeaderEpoch(partition.committedLeaderEpoch())
                                .setMetadata(partition.metadata())
                                .setErrorCode(partition.errorCode()));
            }
            response.topics().add(rows);
        }
        return response;
    }

    private static OffsetFetchResponseData everyPartition(OffsetFetchRequestGroup asked, short error) {
        OffsetFetchResponseData response = new OffsetFetchResponseData();
        for (OffsetFetchRequestTopics topic : asked.topics()) {
            OffsetFetchResponseTopic rows = new OffsetFetchResponseTopic().setName(topic.name());
            topic.partitionIndexes().forEach(partition -> rows.partitions()
                    .add(new OffsetFetchResponsePartition()
                            .setPartitionIndex(partition)
                            .setCommittedOffset(NO_OFFSET)
                            .setCommittedLeaderEpoch(NO_EPOCH)
                            .setMetadata(NO_METADATA)
                            .setErrorCode(error)));
            response.topics().add(rows);
        }
        return response;
    }
}
