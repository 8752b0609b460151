package io.millrace.verticles.group.record;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.kafka.common.Uuid;

/**
 * A committed offset, and the value of its record.
 *
 * <pre>
 * int16 version    int64 offset
 * from 3           int32 leader epoch, -1: not known
 *                  string metadata, with a compact length from 4
 *                  int64 commit time
 * only 1           int64 expire time, -1: none
 * from 4           tagged fields; 0: uuid topic id, left out when it is zero
 * </pre>
 *
 * Version 4 is written, version 1 for a commit that brought its own retention (OffsetCommit up to version 4); version 1
 * has no leader epoch.
 *
 * <p>Thread: any.
 *
 * @param leaderEpoch -1 when not known
 * @param expireTimestampMs {@link #NO_TIMESTAMP} when the coordinator's retention holds
 * @param topicId zero when the commit named the topic only
 */
public record OffsetValue(
        long offset, int leaderEpoch, String metadata, long commitTimestampMs, long expireTimestampMs, Uuid topicId) {
    public static final long NO_TIMESTAMP = -1;
    public static final int NO_EPOCH = -1;

    private static final short EXPIRY_VERSION = 1;
    private static final short EPOCH_VERSION = 3;
    private static final short LATEST_VERSION = 4;
    private static final int TOPIC_ID_TAG = 0;

    public OffsetValue {
        Objects.requireNonNull(metadata);
        Objects.requireNonNull(topicId);
    }

    public boolean hasExpiry() {
        return expireTimestampMs != NO_TIMESTAMP;
    }

    public byte[] toBytes() {
        FieldWriter out = new FieldWriter();
        if (hasExpiry()) {
            return out.int16(EXPIRY_VERSION)
                    .int64(offset)
                    .string(metadata)
                    .int64(commitTimestampMs)
                    .int64(expireTimestampMs)
                    .toBytes();
        }
        out.int16(LATEST_VERSION)
                .int64(offset)
                .int32(leaderEpoch)
                .compactString(metadata)
                .int64(commitTimestampMs);
        if (topicId.equals(Uuid.ZERO_UUID)) {
            return out.unsignedVarint(0).toBytes();
        }
        return out.unsignedVarint(1)
                .unsignedVarint(TOPIC_ID_TAG)
                .unsignedVarint(2 * Long.BYTES)
                .uuid(topicId)
                .toBytes();
    }

    public static OffsetValue read(ByteBuffer value) throws BadRecordException {
        FieldReader in = new FieldReader(value);
        short version = in.int16();
        if (version < 0 || version > LATEST_VERSION) {
            throw new BadRecordException("version " + version + " of a committed offset");
        }
        in.flexible(version >= LATEST_VERSION);
        long offset = in.int64();
        int leaderEpoch = version >= EPOCH_VERSION ? in.int32() : NO_EPOCH;
        String metadata = in.string();
        long commitTimestampMs = in.int64();
        long expireTimestampMs = version == EXPIRY_VERSION ? in.int64() : NO_TIMESTAMP;
        Uuid[] topicId = {Uuid.ZERO_UUID};
        if (version >= LATEST_VERSION) {
            in.tags((tag, field) -> {
                if (tag == TOPIC_ID_TAG) {
                    topicId[0] = field.uuid();
                }
            });
        }
        return new OffsetValue(offset, leaderEpoch, metadata, commitTimestampMs, expireTimestampMs, topicId[0]);
    }
}
