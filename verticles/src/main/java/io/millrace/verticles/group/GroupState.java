package io.millrace.verticles.group;

import io.millrace.verticles.group.record.BadRecordException;
import io.millrace.verticles.group.record.GroupValue;
import io.millrace.verticles.group.record.OffsetValue;
import io.millrace.verticles.group.record.RecordKey;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * The groups and offsets of one partition: what its records make, when they are loaded and when they are appended.
 *
 * <p>Thread: the machine's.
 */
final class GroupState {
    private final Deadlines deadlines;
    private final Map<String, Group> groups = new HashMap<>();
    private final OffsetTable offsets = new OffsetTable();
    private long recordsAside;
    private long recordsUnreadable;

    GroupState(Deadlines deadlines) {
        this.deadlines = deadlines;
    }

    OffsetTable offsets() {
        return offsets;
    }

    Collection<Group> groups() {
        return groups.values();
    }

    /** Null when there is none. */
    Group group(String id) {
        return groups.get(id);
    }

    /** Null when there is none of this kind. */
    ClassicGroup classic(String id) {
        return groups.get(id) instanceof ClassicGroup classic ? classic : null;
    }

    void add(Group group) {
        groups.put(group.id(), group);
    }

    long recordsAside() {
        return recordsAside;
    }

    long recordsUnreadable() {
        return recordsUnreadable;
    }

    /** A record of the log. */
    void replay(ByteBuffer key, ByteBuffer value, long timestampMs) {
        try {
            RecordKey read = RecordKey.read(key);
            if (read instanceof RecordKey.Offset offset) {
                replay(offset, value == null ? null : OffsetValue.read(value), timestampMs);
            } else if (read instanceof RecordKey.Group group) {
                replay(group, value == null ? null : GroupValue.read(value), timestampMs);
            } else {
                recordsAside++;
            }
        } catch (BadRecordException e) {
            recordsUnreadable++;
        }
    }

    /** Somebody commits without being a member of anything: that makes a group of its own, without a protocol type. */
    void replay(RecordKey.Offset key, OffsetValue value, long timestampMs) {
        if (value == null) {
            offsets.remove(key);
            return;
        }
        offsets.put(key, value);
        groups.computeIfAbsent(key.group(), id -> new ClassicGroup(id, new ClassicState.Empty(timestampMs), deadlines));
    }

    void replay(RecordKey.Group key, GroupValue value, long timestampMs) {
        if (value != null && !ClassicGroup.isSound(value)) {
            recordsUnreadable++;
            return;
        }
        Group before = value == null
                ? groups.remove(key.group())
                : groups.put(key.group(), ClassicGroup.of(key.group(), value, deadlines));
        if (before != null) {
            before.close(timestampMs);
        }
    }
}
