package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import io.millrace.verticles.group.ClassicState.Stable;
import io.millrace.verticles.group.record.OffsetValue;
import io.millrace.verticles.group.record.RecordKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Offsets that nobody will come back for, and groups that have nothing left: one pass over all groups per {@code
 * offsets.retention.check.interval.ms}, in slices, and none at all while there is no group.
 *
 * <p>When an offset expires (KIP-211): a group without members counts {@code offsets.retention.minutes} from the moment
 * when its last member left; a group that never had any counts from each commit; a Stable group of consumers counts from the
 * commit too, but only for topics that none of them reads. An expiry that a record brings itself comes before the
 * retention.
 *
 * <p>Thread: the machine's.
 */
final class Expiry {
    /** Groups looked at in one go, so that other work of the loop comes between. */
    private static final int SLICE = 1_000;

    private final long retentionMs;
    private final long checkIntervalMs;
    private final GroupState state;
    private final Removals removals;
    private final Deadlines deadlines;
    private final Deadline nextSlice = new Deadline(this::slice);
    private final ArrayDeque<String> left = new ArrayDeque<>();
    private long loadedMs;
    private long offsetsExpired;

    Expiry(GroupSettings settings, GroupState state, Removals removals, Deadlines deadlines) {
        this.retentionMs = settings.offsetsRetentionMs();
        this.checkIntervalMs = settings.offsetsRetentionCheckIntervalMs();
        this.state = state;
        this.removals = removals;
        this.deadlines = deadlines;
    }

    long offsetsExpired() {
        return offsetsExpired;
    }

    void loaded(long nowMs) {
        loadedMs = nowMs;
        watch(nowMs);
    }

    /** To be called when a group may have come: sees to it that there will be a pass, whole intervals after the load. */
    void watch(long nowMs) {
        if (!nextSlice.armed() && !state.groups().isEmpty()) {
            long passed = (nowMs - loadedMs) / checkIntervalMs;
            deadlines.set(nextSlice, loadedMs + (passed + 1) * checkIntervalMs);
        }
    }

    private void slice(long nowMs) {
        if (left.isEmpty()) {
            state.groups().forEach(group -> left.add(group.id()));
        }
        int before = state.offsets().size();
        List<RecordKey> keys = new ArrayList<>();
        for (int i = 0; i < SLICE && !left.isEmpty(); i++) {
            Group group = state.group(left.poll());
            if (group != null) {
                collect(group, nowMs, keys);
            }
        }
        if (removals.append(keys, nowMs) != Errors.NONE) {
            left.clear();
        }
        offsetsExpired += before - state.offsets().size();
        if (left.isEmpty()) {
            watch(nowMs);
        } else {
            deadlines.set(nextSlice, nowMs + 1);
        }
    }

    private void collect(Group group, long nowMs, List<RecordKey> keys) {
        List<RecordKey.Offset> expired = state.offsets()
                .keys(group.id(), topic -> !group.subscribedTo(topic), value -> isExpired(group, value, nowMs));
        keys.addAll(expired);
        int held = state.offsets().of(group.id()).values().stream()
                .mapToInt(Map::size)
                .sum();
        if (group.isEmpty() && expired.size() == held) {
            keys.add(new RecordKey.Group(group.id()));
        }
    }

    private boolean isExpired(Group group, OffsetValue value, long nowMs) {
        long fromMs = retentionStartMs((ClassicGroup) group, value);
        if (fromMs == GroupCoordinatorMachine.NEVER) {
            return false;
        }
        return value.hasExpiry() ? nowMs >= value.expireTimestampMs() : nowMs - fromMs >= retentionMs;
    }

    private static long retentionStartMs(ClassicGroup group, OffsetValue value) {
        if (group.protocolType() == null) {
            return value.commitTimestampMs();
        }
        if (group.isEmpty()) {
            long sinceMs = group.state().sinceMs();
            return sinceMs == ClassicState.NO_TIMESTAMP ? value.commitTimestampMs() : sinceMs;
        }
        boolean knowsWhatIsRead = group.state() instanceof Stable && group.knowsSubscriptions();
        return knowsWhatIsRead ? value.commitTimestampMs() : GroupCoordinatorMachine.NEVER;
    }
}
