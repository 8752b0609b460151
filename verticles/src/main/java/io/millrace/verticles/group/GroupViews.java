package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.ClassicState.Stable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroupMember;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;

/**
 * What tools are shown: DescribeGroups and ListGroups.
 *
 * <p>Thread: the machine's.
 */
final class GroupViews {
    /** Before this version a group that is not there is simply Dead (KIP-1043). */
    private static final int NOT_FOUND_VERSION = 6;

    private static final String DEAD = new ClassicState.Dead(ClassicState.NO_TIMESTAMP).displayName();

    private final GroupState state;

    GroupViews(GroupState state) {
        this.state = state;
    }

    DescribedGroup describe(String groupId, int apiVersion) {
        ClassicGroup group = state.classic(groupId);
        if (group != null) {
            return describe(group);
        }
        DescribedGroup absent = new DescribedGroup().setGroupId(groupId).setGroupState(DEAD);
        return apiVersion < NOT_FOUND_VERSION
                ? absent
                : absent.setErrorCode(Errors.GROUP_ID_NOT_FOUND.code())
                        .setErrorMessage("Group " + groupId + " not found.");
    }

    List<ListedGroup> list(List<String> statesFilter, List<String> typesFilter) {
        Set<String> states = lowerCase(statesFilter);
        Set<String> types = lowerCase(typesFilter);
        return state.groups().stream()
                .filter(group -> passes(states, group.stateName()) && passes(types, group.type()))
                .map(group -> new ListedGroup()
                        .setGroupId(group.id())
                        .setProtocolType(group.protocolTypeOrEmpty())
                        .setGroupState(group.stateName())
                        .setGroupType(group.type()))
                .toList();
    }

    GroupCounts counts(ClassicRebalances rebalances, Offsets offsets, Removals removals, Expiry expiry) {
        Map<Class<?>, Integer> inState = new HashMap<>();
        int members = 0;
        for (Group group : state.groups()) {
            members += group.memberCount();
            if (group instanceof ClassicGroup classic) {
                inState.merge(classic.state().getClass(), 1, Integer::sum);
            }
        }
        return new GroupCounts(
                state.groups().size(),
                members,
                state.offsets().size(),
                inState.getOrDefault(ClassicState.PreparingRebalance.class, 0),
                inState.getOrDefault(ClassicState.CompletingRebalance.class, 0),
                inState.getOrDefault(Stable.class, 0),
                inState.getOrDefault(ClassicState.Empty.class, 0),
                rebalances.completed(),
                offsets.committed(),
                expiry.offsetsExpired(),
                removals.offsetsDeleted(),
                state.recordsAside(),
                state.recordsUnreadable());
    }

    List<GroupProgress> progress(int mostOffsets) {
        boolean told = state.offsets().size() <= mostOffsets;
        List<GroupProgress> progress = new ArrayList<>(state.groups().size());
        for (Group group : state.groups()) {
            List<GroupProgress.Committed> offsets = new ArrayList<>();
            if (told) {
                state.offsets()
                        .of(group.id())
                        .forEach((topic, partitions) -> partitions.forEach((partition, value) ->
                                offsets.add(new GroupProgress.Committed(topic, partition, value.offset()))));
            }
            progress.add(new GroupProgress(group.id(), group.memberCount(), offsets));
        }
        return progress;
    }

    /** Metadata and assignments are shown of a Stable group only: before, they are not those of one generation. */
    private static DescribedGroup describe(ClassicGroup group) {
        boolean stable = group.state() instanceof Stable;
        String protocol = group.protocol().orElse("");
        return new DescribedGroup()
                .setGroupId(group.id())
                .setGroupState(group.stateName())
                .setProtocolType(group.protocolTypeOrEmpty())
                .setProtocolData(stable ? protocol : "")
                .setMembers(group.roster().all().stream()
                        .map(member -> describe(member, stable ? member.metadata(protocol) : ClassicMember.NOTHING))
                        .toList());
    }

    private static DescribedGroupMember describe(ClassicMember member, byte[] metadata) {
        return new DescribedGroupMember()
                .setMemberId(member.id())
                .setGroupInstanceId(member.instanceId().orElse(null))
                .setClientId(member.clientId())
                .setClientHost(member.clientHost())
                .setMemberMetadata(metadata)
                .setMemberAssignment(member.assignment());
    }

    private static boolean passes(Set<String> filter, String name) {
        return filter.isEmpty() || filter.contains(name.toLowerCase(Locale.ROOT));
    }

    private static Set<String> lowerCase(List<String> names) {
        Set<String> lower = new HashSet<>();
        names.forEach(name -> lower.add(name.toLowerCase(Locale.ROOT)));
        return lower;
    }
}
