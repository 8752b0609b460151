package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.record.OffsetValue;
import io.millrace.verticles.group.record.RecordKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;

/**
 * Committing offsets and reading them back.
 *
 * <p>Thread: the machine's.
 */
final class Offsets {
    private static final long NO_OFFSET = -1;
    /** OffsetCommit up to version 4 may bring its own retention; this means that it does not. */
    private static final long DEFAULT_RETENTION = -1;
    /** From this version on clients know GROUP_ID_NOT_FOUND for a commit. */
    private static final int GROUP_ID_NOT_FOUND_VERSION = 9;
    /** A string field of a version 1 record holds no more. */
    private static final int MAX_METADATA_BYTES = Short.MAX_VALUE;

    private final int metadataMaxChars;
    private final GroupState state;
    private final ClassicSessions sessions;
    private final CommitGate gate;
    private long committed;

    Offsets(GroupSettings settings, GroupState state, ClassicSessions sessions, CommitGate gate) {
        this.metadataMaxChars = settings.offsetMetadataMaxBytes();
        this.state = state;
        this.sessions = sessions;
        this.gate = gate;
    }

    /** Offsets committed by requests since the load. */
    long committed() {
        return committed;
    }

    void commit(
            OffsetCommitRequestData request,
            ClientContext context,
            long nowMs,
            Consumer<OffsetCommitResponseData> answer) {
        Errors error = validate(request, context);
        if (error != Errors.NONE) {
            answer.accept(GroupErrors.commit(request, error));
            return;
        }
        renewSession(request, nowMs);
        OffsetCommitResponseData response = new OffsetCommitResponseData();
        Map<RecordKey.Offset, OffsetValue> values = new LinkedHashMap<>();
        for (OffsetCommitRequestTopic topic : request.topics()) {
            response.topics().add(take(request, topic, nowMs, values));
        }
        List<GroupRecord> records = new ArrayList<>(values.size());
        values.forEach((key, value) -> records.add(new GroupRecord(key.toBytes(), value.toBytes())));
        if (records.isEmpty()) {
            gate.whenDurable(
                    nowMs, at -> answer.accept(response), lost -> answer.accept(GroupErrors.commit(request, lost)));
            return;
        }
        Errors refused = gate.append(
                records, at -> answer.accept(response), lost -> answer.accept(GroupErrors.commit(request, lost)));
        if (refused != Errors.NONE) {
            answer.accept(GroupErrors.commit(request, GroupErrors.ofAppend(refused)));
            return;
        }
        values.forEach((key, value) -> state.replay(key, value, nowMs));
        committed += values.size();
    }

    OffsetFetchResponseGroup fetch(OffsetFetchRequestGroup request) {
        OffsetFetchResponseGroup response = new OffsetFetchResponseGroup().setGroupId(request.groupId());
        if (request.topics() == null) {
            state.offsets().of(request.groupId()).forEach((topic, partitions) -> response.topics()
                    .add(all(topic, partitions)));
        } else {
            request.topics().forEach(topic -> response.topics().add(some(request.groupId(), topic)));
        }
        return response;
    }

    private Errors validate(OffsetCommitRequestData request, ClientContext context) {
        Group group = state.group(request.groupId());
        if (group instanceof ClassicGroup classic) {
            return classic.validateCommit(
                    request.memberId(), request.groupInstanceId(), request.generationIdOrMemberEpoch());
        }
        if (request.generationIdOrMemberEpoch() < 0) {
            return Errors.NONE;
        }
        return context.apiVersion() >= GROUP_ID_NOT_FOUND_VERSION
                ? Errors.GROUP_ID_NOT_FOUND
                : Errors.ILLEGAL_GENERATION;
    }

    /** A member that commits is alive. */
    private void renewSession(OffsetCommitRequestData request, long nowMs) {
        ClassicGroup group = state.classic(request.groupId());
        ClassicMember member = group == null ? null : group.roster().get(request.memberId());
        if (member != null) {
            sessions.renew(member, nowMs);
        }
    }

    private OffsetCommitResponseTopic take(
            OffsetCommitRequestData request,
            OffsetCommitRequestTopic topic,
            long nowMs,
            Map<RecordKey.Offset, OffsetValue> values) {
        OffsetCommitResponseTopic rows =
                new OffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
        long expireTimestampMs = expiry(request.retentionTimeMs(), nowMs);
        for (OffsetCommitRequestPartition partition : topic.partitions()) {
            String metadata = partition.committedMetadata() == null ? "" : partition.committedMetadata();
            boolean tooLarge = isTooLarge(metadata);
            if (!tooLarge) {
                values.put(
                        new RecordKey.Offset(request.groupId(), topic.name(), partition.partitionIndex()),
                        new OffsetValue(
                                partition.committedOffset(),
                                partition.committedLeaderEpoch(),
                                metadata,
                                nowMs,
                                expireTimestampMs,
                                topic.topicId()));
            }
            rows.partitions()
                    .add(new OffsetCommitResponsePartition()
                            .setPartitionIndex(partition.partitionIndex())
                            .setErrorCode((tooLarge ? Errors.OFFSET_METADATA_TOO_LARGE : Errors.NONE).code()));
        }
        return rows;
    }

    /** A retention beyond all time is for ever. */
    private static long expiry(long retentionMs, long nowMs) {
        if (retentionMs == DEFAULT_RETENTION) {
            return OffsetValue.NO_TIMESTAMP;
        }
        return retentionMs > Long.MAX_VALUE - nowMs ? Long.MAX_VALUE : nowMs + retentionMs;
    }

    private boolean isTooLarge(String metadata) {
        return metadata.length() > metadataMaxChars
                || metadata.length() > MAX_METADATA_BYTES / 3
                        && metadata.getBytes(StandardCharsets.UTF_8).length > MAX_METADATA_BYTES;
    }

    private static OffsetFetchResponseTopics all(String topic, Map<Integer, OffsetValue> partitions) {
        OffsetFetchResponseTopics rows = new OffsetFetchResponseTopics().setName(topic);
        partitions.forEach((partition, value) -> rows.partitions().add(row(partition, value)));
        return rows;
    }

    private OffsetFetchResponseTopics some(String groupId, OffsetFetchRequestTopics topic) {
        OffsetFetchResponseTopics rows =
                new OffsetFetchResponseTopics().setName(topic.name()).setTopicId(topic.topicId());
        for (int partition : topic.partitionIndexes()) {
            OffsetValue value = state.offsets().get(groupId, topic.name(), partition);
            rows.partitions().add(row(partition, isOfAnother(value, topic.topicId()) ? null : value));
        }
        return rows;
    }

    /** Committed for an older topic of the same name. */
    private static boolean isOfAnother(OffsetValue value, Uuid topicId) {
        return value != null
                && !value.topicId().equals(Uuid.ZERO_UUID)
                && !topicId.equals(Uuid.ZERO_UUID)
                && !value.topicId().equals(topicId);
    }

    private static OffsetFetchResponsePartitions row(int partition, OffsetValue value) {
        OffsetFetchResponsePartitions row = new OffsetFetchResponsePartitions().setPartitionIndex(partition);
        return value == null
                ? row.setCommittedOffset(NO_OFFSET)
                        .setCommittedLeaderEpoch(OffsetValue.NO_EPOCH)
                        .setMetadata("")
                : row.setCommittedOffset(value.offset())
                        .setCommittedLeaderEpoch(value.leaderEpoch())
                        .setMetadata(value.metadata());
    }
}
