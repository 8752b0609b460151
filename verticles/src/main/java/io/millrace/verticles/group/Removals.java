package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.record.RecordKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartitionCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;

/**
 * What takes offsets and groups away by tombstones: requests, deleted topics; expiry uses it too. More tombstones than one
 * batch holds go in several, a group's own last: whatever a crash leaves of them, doing it again finishes it.
 *
 * <p>Thread: the machine's.
 */
final class Removals {
    private final GroupState state;
    private final CommitGate gate;
    private long offsetsDeleted;

    Removals(GroupState state, CommitGate gate) {
        this.state = state;
        this.gate = gate;
    }

    /** Offsets taken away by requests and with their topics since the load. */
    long offsetsDeleted() {
        return offsetsDeleted;
    }

    void deleteOffsets(OffsetDeleteRequestData request, long nowMs, Consumer<OffsetDeleteResponseData> answer) {
        Group group = state.group(request.groupId());
        Errors error = validateOffsetDelete(request.groupId(), group);
        if (error != Errors.NONE) {
            answer.accept(GroupErrors.offsetDelete(error));
            return;
        }
        OffsetDeleteResponseData response = new OffsetDeleteResponseData();
        List<RecordKey> keys = new ArrayList<>();
        for (OffsetDeleteRequestTopic topic : request.topics()) {
            response.topics().add(take(group, topic, keys));
        }
        remove(keys, nowMs, at -> answer.accept(response), refused -> answer.accept(GroupErrors.offsetDelete(refused)));
    }

    void deleteGroup(String groupId, long nowMs, Consumer<DeletableGroupResult> answer) {
        Group group = state.group(groupId);
        if (group == null || !group.isEmpty()) {
            answer.accept(
                    GroupErrors.delete(groupId, group == null ? Errors.GROUP_ID_NOT_FOUND : Errors.NON_EMPTY_GROUP));
            return;
        }
        List<RecordKey> keys = new ArrayList<>(state.offsets().keys(groupId, topic -> true, value -> true));
        keys.add(new RecordKey.Group(groupId));
        remove(
                keys,
                nowMs,
                at -> answer.accept(GroupErrors.delete(groupId, Errors.NONE)),
                refused -> answer.accept(GroupErrors.delete(groupId, refused)));
    }

    void topicsDeleted(Collection<DeletedTopic> topics, long nowMs, Consumer<Errors> done) {
        Map<String, Set<Uuid>> idsByName = new HashMap<>();
        for (DeletedTopic topic : topics) {
            idsByName
                    .computeIfAbsent(topic.name(), name -> new HashSet<>())
                    .add(new Uuid(
                            topic.id().getMostSignificantBits(), topic.id().getLeastSignificantBits()));
        }
        List<RecordKey> keys = new ArrayList<>(state.offsets().keysOf(idsByName));
        remove(keys, nowMs, at -> done.accept(Errors.NONE), done);
    }

    /** Appends tombstones for these keys, in their order; what could be appended is gone at once. */
    Errors append(List<RecordKey> keys, long nowMs) {
        int from = 0;
        while (from < keys.size()) {
            List<GroupRecord> batch = new ArrayList<>();
            int to = from;
            for (int room = gate.roomBytes(); to < keys.size(); to++) {
                GroupRecord tombstone = GroupRecord.tombstone(bytes(keys.get(to)));
                room -= tombstone.sizeBoundBytes();
                if (room < 0 && to > from) {
                    break;
                }
                batch.add(tombstone);
            }
            Errors refused = gate.append(batch, at -> {}, lost -> {});
            if (refused != Errors.NONE) {
                return refused;
            }
            for (RecordKey key : keys.subList(from, to)) {
                replay(key, nowMs);
            }
            from = to;
        }
        return Errors.NONE;
    }

    private void remove(
            List<RecordKey> keys, long nowMs, Consumer<Long> whenDurable, Consumer<Errors> whenRefusedOrLost) {
        int before = state.offsets().size();
        Errors refused = append(keys, nowMs);
        offsetsDeleted += before - state.offsets().size();
        if (refused != Errors.NONE) {
            whenRefusedOrLost.accept(GroupErrors.ofAppend(refused));
        } else {
            gate.whenDurable(nowMs, whenDurable::accept, whenRefusedOrLost);
        }
    }

    private OffsetDeleteResponseTopic take(Group group, OffsetDeleteRequestTopic topic, List<RecordKey> keys) {
        OffsetDeleteResponsePartitionCollection rows = new OffsetDeleteResponsePartitionCollection();
        boolean subscribed = group.subscribedTo(topic.name());
        topic.partitions().forEach(partition -> {
            int index = partition.partitionIndex();
            if (!subscribed && state.offsets().get(group.id(), topic.name(), index) != null) {
                keys.add(new RecordKey.Offset(group.id(), topic.name(), index));
            }
            rows.add(new OffsetDeleteResponsePartition()
                    .setPartitionIndex(index)
                    .setErrorCode((subscribed ? Errors.GROUP_SUBSCRIBED_TO_TOPIC : Errors.NONE).code()));
        });
        return new OffsetDeleteResponseTopic().setName(topic.name()).setPartitions(rows);
    }

    private static Errors validateOffsetDelete(String groupId, Group group) {
        if (groupId.isEmpty()) {
            return Errors.INVALID_GROUP_ID;
        }
        if (group == null) {
            return Errors.GROUP_ID_NOT_FOUND;
        }
        boolean opaque = group instanceof ClassicGroup classic && !classic.usesConsumerProtocol();
        return opaque && !group.isEmpty() ? Errors.NON_EMPTY_GROUP : Errors.NONE;
    }

    private void replay(RecordKey key, long nowMs) {
        if (key instanceof RecordKey.Offset offset) {
            state.replay(offset, null, nowMs);
        } else if (key instanceof RecordKey.Group group) {
            state.replay(group, null, nowMs);
        }
    }

    private static byte[] bytes(RecordKey key) {
        if (key instanceof RecordKey.Offset offset) {
            return offset.toBytes();
        }
        return ((RecordKey.Group) key).toBytes();
    }
}
