package io.millrace.membership.quorum;

import io.millrace.log.batch.Crc;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The bytes of a snapshot file {@code <offset>-<epoch>.checkpoint} (20 and 10 digits).
 *
 * <pre>
 *    0 magic        int32   0x4D52534E ("MRSN")
 *    4 version      int16   1; 2 once the voters were changed
 *    6 end offset   int64   exclusive
 *   14 epoch        int32   of the last record it stands for
 *   18 record count int32
 *   22 in version 2: length int32 and bytes of the record that states the voters
 *    . per record: length int32, bytes
 *    n CRC32C       int32   of everything before it
 * </pre>
 *
 * <p>Thread: any; pure.
 */
final class SnapshotFile {
    static final String SUFFIX = ".checkpoint";
    private static final int MAGIC = 0x4D52534E;
    private static final short VERSION = 1;
    private static final short WITH_VOTERS = 2;
    private static final int HEADER_BYTES = 22;

    private SnapshotFile() {}

    static String name(LogPosition snapshot) {
        return String.format("%020d-%010d", snapshot.endOffset(), snapshot.epoch()) + SUFFIX;
    }

    /** Empty when the name is not that of a snapshot. */
    static Optional<LogPosition> position(String name) {
        if (!name.matches("\\d{20}-\\d{10}\\" + SUFFIX)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new LogPosition(Long.parseLong(name.substring(0, 20)), Integer.parseInt(name.substring(21, 31))));
        } catch (NumberFormatException tooLarge) {
            return Optional.empty();
        }
    }

    /** A cluster that has never changed its voters writes what it always wrote. */
    static byte[] encode(LogPosition snapshot, StoredSnapshot content) {
        List<byte[]> all = new ArrayList<>();
        content.voters().map(VotersRecord::encode).ifPresent(all::add);
        all.addAll(content.records());
        long size = HEADER_BYTES + Integer.BYTES;
        for (byte[] one : all) {
            size += Integer.BYTES + one.length;
        }
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(size))
                .putInt(MAGIC)
                .putShort(content.voters().isPresent() ? WITH_VOTERS : VERSION)
                .putLong(snapshot.endOffset())
                .putInt(snapshot.epoch())
                .putInt(content.records().size());
        for (byte[] one : all) {
            out.putInt(one.length).put(one);
        }
        out.putInt(Crc.of(out, 0, out.position()));
        return out.array();
    }

    /**
     * Empty when a byte is missing, changed or too many, or another position stands in it.
     *
     * @throws MessageFormatException when it is whole, and of a version that this build does not know
     */
    static Optional<StoredSnapshot> decode(LogPosition expected, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int crcAt = bytes.length - Integer.BYTES;
        boolean whole = crcAt >= HEADER_BYTES && in.getInt(crcAt) == Crc.of(in, 0, crcAt) && in.getInt() == MAGIC;
        int version = whole ? in.getShort() : 0;
        if (version > WITH_VOTERS) {
            throw new MessageFormatException("the snapshot " + name(expected) + " has version " + version
                    + ", this build reads up to " + WITH_VOTERS + ": use the build that wrote it");
        }
        if ((version != VERSION && version != WITH_VOTERS)
                || !new LogPosition(in.getLong(), in.getInt()).equals(expected)) {
            return Optional.empty();
        }
        int own = version == WITH_VOTERS ? 1 : 0;
        int count = in.getInt() + own;
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = in.remaining() < 2 * Integer.BYTES ? -1 : in.getInt();
            if (length < 0 || length > in.remaining() - Integer.BYTES) {
                return Optional.empty();
            }
            byte[] one = new byte[length];
            in.get(one);
            records.add(one);
        }
        if (in.position() != crcAt || records.size() < own) {
            return Optional.empty();
        }
        return Optional.of(new StoredSnapshot(
                own == 0 ? Optional.empty() : VotersRecord.decode(records.get(0)),
                records.subList(own, records.size())));
    }
}
