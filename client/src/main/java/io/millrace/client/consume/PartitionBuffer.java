package io.millrace.client.consume;

import io.millrace.client.ConsumedRecord;
import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.TopicPartition;
import io.millrace.log.batch.BatchException;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.RecordCursor;
import io.millrace.log.compress.CodecMissingException;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * One assigned partition: where it stands, what has been fetched, and the record to be handed out next.
 *
 * <p>{@code position <= fetchOffset}: what lies between them is here. A seek throws it away; the answer of a read that was
 * asked for before it is then known by its {@code generation}.
 *
 * <p>Thread: the consumer's context.
 */
final class PartitionBuffer {
    static final long NO_POSITION = -1;

    final TopicPartition partition;
    private final boolean checkCrcs;
    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
    private long position = NO_POSITION;
    private long fetchOffset = NO_POSITION;
    private int bufferedBytes;
    private int unreadBytes;
    private long bufferedRecords;
    private RecordCursor cursor;
    private int batchAt;
    /** What {@link #bufferedRecords} would be if nothing of the open batch had been handed out. */
    private long recordsWithBatch;

    private int generation;
    boolean paused;
    boolean inFlight;
    boolean looking;
    long notBeforeNanos;
    long highWatermark = -1;

    /** Batches of one answer, and what they lie in: null for an array. */
    private record Chunk(ByteBuffer bytes, ByteBuf origin) {
        void release() {
            if (origin != null) {
                origin.release();
            }
        }

        Chunk outOf(IntFunction<ByteBuffer> memory) {
            return origin == null
                    ? this
                    : new Chunk(
                            memory.apply(bytes.limit())
                                    .put(bytes.duplicate().rewind())
                                    .flip(),
                            null);
        }
    }

    PartitionBuffer(TopicPartition partition, boolean checkCrcs) {
        this.partition = partition;
        this.checkCrcs = checkCrcs;
    }

    boolean hasPosition() {
        return position != NO_POSITION;
    }

    /** The next record to be handed out. */
    long position() {
        return position;
    }

    /** The next record to be fetched. */
    long fetchOffset() {
        return fetchOffset;
    }

    /** What lies here, whole answers: also what has been handed out of the first one. */
    int bufferedBytes() {
        return bufferedBytes;
    }

    /** Batches of which there is something to hand out: how long this will last, not what it takes up. */
    int unreadBytes() {
        return unreadBytes;
    }

    long bufferedRecords() {
        return bufferedRecords;
    }

    int generation() {
        return generation;
    }

    /** Goes on at an offset, or nowhere; what is here is thrown away. */
    void seek(long offset) {
        discard();
        position = offset;
        fetchOffset = offset;
        generation++;
        inFlight = false;
    }

    /** Throws away what is here, because it is at another place or nobody's any more. */
    void discard() {
        closeCursor();
        chunks.forEach(Chunk::release);
        chunks.clear();
        bufferedBytes = 0;
        unreadBytes = 0;
        bufferedRecords = 0;
        batchAt = 0;
    }

    /**
     * Takes fetched batches; what is cut off at their end is fetched again.
     *
     * @param origin what they lie in, of which a reference is kept; null when that is in the heap
     */
    void add(ByteBuffer records, ByteBuf origin) {
        int at = records.position();
        int end = records.limit();
        int whole = at;
        long records0 = 0;
        long next = fetchOffset;
        while (end - whole >= BatchHeader.SIZE_BYTES) {
            int size = BatchHeader.sizeBytes(records, whole);
            if (size < BatchHeader.SIZE_BYTES || size > end - whole) {
                break;
            }
            if (BatchHeader.magic(records, whole) != BatchHeader.MAGIC) {
                throw new LogException(LogError.CORRUPT_MESSAGE, "a batch of " + partition + " at or after " + next);
            }
            records0 += BatchHeader.recordCount(records, whole);
            next = BatchHeader.nextOffset(records, whole);
            whole += size;
        }
        if (whole == at) {
            throw new LogException(LogError.CORRUPT_MESSAGE, "no whole batch of " + partition + " at " + fetchOffset);
        }
        ByteBuffer chunk = records.duplicate().limit(whole).slice();
        chunks.add(new Chunk(chunk, origin == null ? null : origin.retain()));
        bufferedBytes += chunk.limit();
        unreadBytes += chunk.limit();
        bufferedRecords += records0;
        recordsWithBatch += records0;
        fetchOffset = Math.max(next, fetchOffset);
    }

    /**
     * Takes what is here out of the answers that it came in: nobody knows for how long it will lie here, and each of them may be
     * twenty times as much.
     */
    void keepOwn() {
        keepOwn(ByteBuffer::allocate);
    }

    /** @param memory gives so many bytes of the heap, or throws: then all is as it was */
    void keepOwn(IntFunction<ByteBuffer> memory) {
        List<Chunk> own = new ArrayList<>(chunks.size());
        chunks.forEach(chunk -> own.add(chunk.outOf(memory)));
        if (cursor != null && chunks.peek().origin() != null) {
            // It reads the answer that is given back. One that reads the heap goes on, or whoever pauses with each
            // record would have the batch checked, unpacked and skipped as often.
            closeCursor();
            bufferedRecords = recordsWithBatch;
        }
        chunks.forEach(Chunk::release);
        chunks.clear();
        chunks.addAll(own);
    }

    /**
     * The next record, or null when the answer is used up that it would have been of. There may be another one: it is another partition's turn
     * then, or one that is read as fast as its records are handed out would never leave the others theirs.
     */
    ConsumedRecord next() {
        while (cursor != null || openBatch()) {
            try {
                while (cursor.next()) {
                    bufferedRecords--;
                    if (cursor.offset() >= position) {
                        ConsumedRecord record = record();
                        position = record.offset() + 1;
                        return record;
                    }
                }
            } catch (BatchException unreadable) {
                throw new LogException(
                        LogError.CORRUPT_MESSAGE, partition + " at " + position + ": " + unreadable.getMessage());
            }
            leaveBatch();
        }
        return null;
    }

    private boolean openBatch() {
        while (!chunks.isEmpty()) {
            ByteBuffer chunk = chunks.peek().bytes();
            if (batchAt >= chunk.limit()) {
                bufferedBytes -= chunk.limit();
                chunks.poll().release();
                batchAt = 0;
                break;
            } else if (checkCrcs && !BatchHeader.isIntact(chunk, batchAt)) {
                // Checked when its records are needed next, so that they are looked at once for both.
                // Asked for again, it may be whole.
                seek(position);
                throw new LogException(
                        LogError.CORRUPT_MESSAGE, "a batch of " + partition + " at or after " + position);
            } else if (BatchHeader.isControl(chunk, batchAt)) {
                bufferedRecords -= BatchHeader.recordCount(chunk, batchAt);
                leaveBatch();
            } else {
                try {
                    cursor = RecordCursor.copy(chunk, batchAt, Integer.MAX_VALUE);
                    recordsWithBatch = bufferedRecords;
                } catch (BatchException unreadable) {
                    throw new LogException(LogError.CORRUPT_MESSAGE, partition + ": " + unreadable.getMessage());
                } catch (CodecMissingException missing) {
                    throw new LogException(LogError.UNSUPPORTED_COMPRESSION_TYPE, missing.getMessage());
                }
                return true;
            }
        }
        if (chunks.isEmpty()) {
            bufferedRecords = 0;
        }
        return false;
    }

    /** Compaction and control batches leave gaps: the position goes to the end of the batch, not of its last record. */
    private void leaveBatch() {
        closeCursor();
        ByteBuffer chunk = chunks.peek().bytes();
        position = Math.max(position, BatchHeader.nextOffset(chunk, batchAt));
        int sizeBytes = BatchHeader.sizeBytes(chunk, batchAt);
        batchAt += sizeBytes;
        unreadBytes -= sizeBytes;
    }

    private void closeCursor() {
        if (cursor != null) {
            cursor.close();
            cursor = null;
        }
    }

    /** The application may keep the record; what it was read from is needed for others. */
    private ConsumedRecord record() {
        return new ConsumedRecord(
                partition,
                cursor.offset(),
                cursor.timestamp(),
                cursor.keyBytes(),
                cursor.valueBytes(),
                cursor.headers());
    }
}
