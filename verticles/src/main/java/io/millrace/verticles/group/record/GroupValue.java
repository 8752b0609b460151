package io.millrace.verticles.group.record;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One generation of a classic group, and the value of its record: who is in it and who has been assigned what.
 *
 * <pre>
 * int16 version    string protocol type    int32 generation    string? protocol    string? leader
 * from 2           int64 time of the last change of state, -1: not known
 *                  int32 count, then per member:
 *                    string member id
 *   from 3           string? instance id
 *                    string client id    string client host
 *   from 1           int32 rebalance timeout, -1: that of the session
 *                    int32 session timeout    bytes subscription    bytes assignment
 * </pre>
 *
 * A question mark: may be null (length -1). Version 3 is written. Version 4 is version 3 with compact lengths and tagged
 * fields after each member and at the end; Kafka defines it and does not write it yet.
 *
 * <p>Thread: any; nobody changes the arrays.
 */
public record GroupValue(
        String protocolType,
        int generation,
        String protocol,
        String leader,
        long stateTimestampMs,
        List<MemberValue> members) {
    public static final long NO_TIMESTAMP = -1;

    /** A member of the generation; its subscription is the metadata of the chosen protocol. */
    public record MemberValue(
            String memberId,
            String instanceId,
            String clientId,
            String clientHost,
            int rebalanceTimeoutMs,
            int sessionTimeoutMs,
            byte[] subscription,
            byte[] assignment) {}

    private static final short REBALANCE_TIMEOUT_VERSION = 1;
    private static final short TIMESTAMP_VERSION = 2;
    private static final short INSTANCE_ID_VERSION = 3;
    private static final short WRITTEN_VERSION = 3;
    private static final short LATEST_VERSION = 4;
    private static final int LEAST_MEMBER_BYTES = 9;

    public byte[] toBytes() {
        FieldWriter out = new FieldWriter()
                .int16(WRITTEN_VERSION)
                .string(protocolType)
                .int32(generation)
                .string(protocol)
                .string(leader)
                .int64(stateTimestampMs)
                .int32(members.size());
        for (MemberValue member : members) {
            out.string(member.memberId)
                    .string(member.instanceId)
                    .string(member.clientId)
                    .string(member.clientHost)
                    .int32(member.rebalanceTimeoutMs)
                    .int32(member.sessionTimeoutMs)
                    .bytes(member.subscription)
                    .bytes(member.assignment);
        }
        return out.toBytes();
    }

    public static GroupValue read(ByteBuffer value) throws BadRecordException {
        FieldReader in = new FieldReader(value);
        short version = in.int16();
        if (version < 0 || version > LATEST_VERSION) {
            throw new BadRecordException("version " + version + " of a group's metadata");
        }
        in.flexible(version >= LATEST_VERSION);
        String protocolType = in.string();
        int generation = in.int32();
        String protocol = in.nullableString();
        String leader = in.nullableString();
        long stateTimestampMs = version >= TIMESTAMP_VERSION ? in.int64() : NO_TIMESTAMP;
        int count = in.count(LEAST_MEMBER_BYTES);
        List<MemberValue> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            members.add(readMember(in, version));
        }
        endOfStructure(in, version);
        return new GroupValue(protocolType, generation, protocol, leader, stateTimestampMs, members);
    }

    private static MemberValue readMember(FieldReader in, short version) throws BadRecordException {
        String memberId = in.string();
        String instanceId = version >= INSTANCE_ID_VERSION ? in.nullableString() : null;
        String clientId = in.string();
        String clientHost = in.string();
        int rebalanceTimeoutMs = version >= REBALANCE_TIMEOUT_VERSION ? in.int32() : -1;
        int sessionTimeoutMs = in.int32();
        byte[] subscription = in.bytes();
        byte[] assignment = in.bytes();
        endOfStructure(in, version);
        return new MemberValue(
                memberId,
                instanceId,
                clientId,
                clientHost,
                rebalanceTimeoutMs == -1 ? sessionTimeoutMs : rebalanceTimeoutMs,
                sessionTimeoutMs,
                subscription,
                assignment);
    }

    private static void endOfStructure(FieldReader in, short version) throws BadRecordException {
        if (version >= LATEST_VERSION) {
            in.tags((tag, field) -> {});
        }
    }
}
