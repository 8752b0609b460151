package io.millrace.log.recovery;

import io.millrace.log.batch.Crc;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.NewerFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * One frame of the {@link CheckpointJournal}: length, checksum, state, payload; and the header before the first one: magic
 * number and version.
 *
 * <p>Thread: any (no state).
 */
final class JournalFrame {
    /** What a frame takes beside its payload. */
    static final int OVERHEAD_BYTES = 9;

    static final byte IN_FORCE = 1;
    static final byte WITHDRAWN = 0;

    static final int FILE_HEADER_BYTES = 6;

    private static final int MAGIC = 0x4d524350;
    private static final short VERSION = 1;
    private static final int MAX_PAYLOAD_BYTES = 256 << 20;

    private JournalFrame() {}

    static ByteBuffer fileHeader() {
        return ByteBuffer.allocate(FILE_HEADER_BYTES)
                .putInt(MAGIC)
                .putShort(VERSION)
                .flip();
    }

    /** As long, and that of no version. */
    static ByteBuffer noFileHeader() {
        return ByteBuffer.allocate(FILE_HEADER_BYTES);
    }

    /**
     * Whether the file begins as one of this version does; if not, it is damaged. A version that is not this one is believed
     * only with the checksum that every later version has behind it: version 1 has none, and one bit makes it another.
     *
     * @throws NewerFormatException when a newer build wrote it
     */
    static boolean isFileHeader(ByteBuffer all, Path path) throws NewerFormatException {
        if (all.remaining() < FILE_HEADER_BYTES || all.getInt(0) != MAGIC) return false;
        short version = all.getShort(4);
        boolean checked = all.remaining() >= FILE_HEADER_BYTES + Integer.BYTES
                && all.getInt(FILE_HEADER_BYTES) == Crc.of(all, 0, FILE_HEADER_BYTES);
        if (version > VERSION && checked) throw new NewerFormatException(path, version, VERSION);
        return version == VERSION;
    }

    /** A frame in force, ready to be written. */
    static ByteBuffer of(ByteBuffer payload) {
        int length = payload.remaining();
        ByteBuffer frame = ByteBuffer.allocate(OVERHEAD_BYTES + length);
        frame.putInt(length).putInt(crc(payload, payload.position(), length)).put(IN_FORCE);
        return frame.put(payload.duplicate()).flip();
    }

    /** A frame that is not in force, ready to be written. */
    static ByteBuffer withdrawn(ByteBuffer payload) {
        return of(payload).put(8, WITHDRAWN);
    }

    /** Size of the whole frame; -1 when there is no intact one. */
    static int sizeBytes(ByteBuffer all, int at) {
        if (at + OVERHEAD_BYTES > all.limit()) return -1;
        int length = all.getInt(at);
        if (length < 1 || length > MAX_PAYLOAD_BYTES || length > all.limit() - at - OVERHEAD_BYTES) return -1;
        return all.getInt(at + 4) == crc(all, at + OVERHEAD_BYTES, length) ? OVERHEAD_BYTES + length : -1;
    }

    static boolean intactOneFollows(ByteBuffer all, int from) {
        for (int at = from + 1; at + OVERHEAD_BYTES < all.limit(); at++) {
            if (sizeBytes(all, at) > 0) return true;
        }
        return false;
    }

    /** What is in the file. */
    static ByteBuffer read(DiskFile file, long size) throws IOException {
        return readAt(file, 0, Math.toIntExact(size));
    }

    /** Less where the file ends before. */
    static ByteBuffer readAt(DiskFile file, long position, int bytes) throws IOException {
        ByteBuffer read = ByteBuffer.allocate(bytes);
        while (read.hasRemaining()) {
            if (file.read(read, position + read.position()) <= 0) break;
        }
        return read.flip();
    }

    private static int crc(ByteBuffer bytes, int at, int length) {
        return Crc.of(bytes, at, length) ^ Integer.reverse(length);
    }
}
