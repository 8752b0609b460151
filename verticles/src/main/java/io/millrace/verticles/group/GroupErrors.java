package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import java.util.List;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.SyncGroupResponseData;

/**
 * The answer of each API that says one error for the whole request: what the machine gives, and the shell when there is
 * no machine to ask (load in progress, not the coordinator).
 *
 * <p>Thread: any.
 */
public final class GroupErrors {
    private static final int NO_GENERATION = -1;
    private static final String NO_MEMBER = "";

    private GroupErrors() {}

    /** What a group request is answered when its records could not be appended for this reason. */
    public static Errors ofAppend(Errors append) {
        return switch (append) {
            case UNKNOWN_TOPIC_OR_PARTITION, NOT_ENOUGH_REPLICAS, REQUEST_TIMED_OUT -> Errors.COORDINATOR_NOT_AVAILABLE;
            case NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR -> Errors.NOT_COORDINATOR;
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_FETCH_SIZE -> Errors.UNKNOWN_SERVER_ERROR;
            default -> append;
        };
    }

    /** In the words of version 7; before that the protocol's name may not be null. */
    public static JoinGroupResponseData join(Errors error, String memberId) {
        return new JoinGroupResponseData()
                .setErrorCode(error.code())
                .setGenerationId(NO_GENERATION)
                .setProtocolName(null)
                .setLeader(NO_MEMBER)
                .setMemberId(memberId);
    }

    public static SyncGroupResponseData sync(Errors error) {
        return new SyncGroupResponseData().setErrorCode(error.code());
    }

    /** While a coordinator loads, a heartbeat is simply fine, as in Kafka: its member will get a full session. */
    public static HeartbeatResponseData heartbeat(Errors error) {
        Errors said = error == Errors.COORDINATOR_LOAD_IN_PROGRESS ? Errors.NONE : error;
        return new HeartbeatResponseData().setErrorCode(said.code());
    }

    public static LeaveGroupResponseData leave(Errors error) {
        return new LeaveGroupResponseData().setErrorCode(error.code());
    }

    /** OffsetCommit has no error of its own: every partition says it. */
    public static OffsetCommitResponseData commit(OffsetCommitRequestData request, Errors error) {
        OffsetCommitResponseData response = new OffsetCommitResponseData();
        request.topics().forEach(topic -> {
            OffsetCommitResponseData.OffsetCommitResponseTopic rows =
                    new OffsetCommitResponseData.OffsetCommitResponseTopic()
                            .setName(topic.name())
                            .setTopicId(topic.topicId());
            topic.partitions().forEach(partition -> rows.partitions()
                    .add(new OffsetCommitResponseData.OffsetCommitResponsePartition()
                            .setPartitionIndex(partition.partitionIndex())
                            .setErrorCode(error.code())));
            response.topics().add(rows);
        });
        return response;
    }

    public static OffsetFetchResponseGroup fetch(OffsetFetchRequestGroup request, Errors error) {
        return new OffsetFetchResponseGroup().setGroupId(request.groupId()).setErrorCode(error.code());
    }

    public static OffsetDeleteResponseData offsetDelete(Errors error) {
        return new OffsetDeleteResponseData().setErrorCode(error.code());
    }

    public static DescribedGroup describe(String groupId, Errors error, String message) {
        return new DescribedGroup()
                .setGroupId(groupId)
                .setErrorCode(error.code())
                .setErrorMessage(message)
                .setMembers(List.of());
    }

    public static DeletableGroupResult delete(String groupId, Errors error) {
        return new DeletableGroupResult().setGroupId(groupId).setErrorCode(error.code());
    }
}
