package io.millrace.client.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.client.ConsumedRecord;
import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.TopicPartition;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.compress.Compression;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PartitionBufferTest {
    private static final int BATCH_RECORDS = 3;

    private final PartitionBuffer buffer = new PartitionBuffer(new TopicPartition("t", 0), true);

    private static ByteBuffer batch(long offset, Compression codec) {
        BatchBuilder builder = new BatchBuilder().baseOffset(offset).compression(codec);
        for (int i = 0; i < BATCH_RECORDS; i++) {
            builder.append(7, text("k" + (offset + i)), text("v" + (offset + i)));
        }
        return builder.buildBuffer();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Outside of the heap, as it is taken from the bus; two batches. */
    private static ByteBuf answer(long offset, Compression codec) {
        return PooledByteBufAllocator.DEFAULT
                .directBuffer()
                .writeBytes(batch(offset, codec))
                .writeBytes(batch(offset + BATCH_RECORDS, codec));
    }

    private ByteBuf fetched(ByteBuf answer) {
        buffer.add(answer.nioBuffer(), answer);
        answer.release();
        return answer;
    }

    @Test
    void aRecordStaysWhatItIsWhenTheAnswerIsGivenBackWithItsLastOne() {
        for (Compression codec : new Compression[] {Compression.NONE, Compression.GZIP}) {
            buffer.seek(0);
            ByteBuf answer = fetched(answer(0, codec));
            ConsumedRecord first = buffer.next();
            for (int i = 1; i < 2 * BATCH_RECORDS; i++) {
                assertThat(buffer.next().offset()).isEqualTo(i);
            }
            assertThat(answer.refCnt()).isEqualTo(1);
            assertThat(buffer.next()).isNull();
            assertThat(answer.refCnt()).isZero();
            assertThat(first.keyText()).isEqualTo("k0");
            assertThat(first.valueBytes()).isEqualTo(text("v0"));
        }
    }

    @Test
    void whateverEndsThePartitionGivesItsAnswersBack() {
        buffer.seek(0);
        ByteBuf first = fetched(answer(0, Compression.NONE));
        ByteBuf second = fetched(answer(2 * BATCH_RECORDS, Compression.NONE));
        assertThat(buffer.next().offset()).isZero();
        buffer.seek(100);
        ByteBuf third = fetched(answer(100, Compression.NONE));
        buffer.discard();
        assertThat(new int[] {first.refCnt(), second.refCnt(), third.refCnt()}).containsOnly(0);
        assertThat(buffer.next()).isNull();
    }

    /** A paused partition may have a few bytes of each of many answers. */
    @Test
    void whatIsKeptOfAPausedPartitionHoldsNoAnswer() {
        for (Compression codec : new Compression[] {Compression.NONE, Compression.GZIP}) {
            buffer.seek(0);
            ByteBuf first = fetched(answer(0, codec));
            for (int i = 0; i < BATCH_RECORDS + 1; i++) {
                assertThat(buffer.next().offset()).isEqualTo(i);
            }
            ByteBuf second = fetched(answer(2 * BATCH_RECORDS, codec));

            new PausedPartitions(Integer.MAX_VALUE).pause(buffer, List.of(buffer));

            assertThat(new int[] {first.refCnt(), second.refCnt()}).containsOnly(0);
            for (int i = BATCH_RECORDS + 1; i < 4 * BATCH_RECORDS; i++) {
                if (i == 2 * BATCH_RECORDS) {
                    assertThat(buffer.next()).isNull();
                }
                assertThat(buffer.next().offset()).isEqualTo(i);
            }
            assertThat(buffer.next()).isNull();
            assertThat(buffer.bufferedRecords()).isZero();
        }
    }

    /** Whoever pauses with each record would have its batch checked, unpacked and skipped as often. */
    @Test
    void aPauseDoesNotBeginABatchAnewThatIsInTheHeap() {
        buffer.seek(0);
        ByteBuffer inHeap = batch(0, Compression.GZIP);
        buffer.add(inHeap, null);
        ByteBuf other = fetched(answer(BATCH_RECORDS, Compression.NONE));
        assertThat(buffer.next().offset()).isZero();

        inHeap.put(inHeap.limit() - 1, (byte) ~inHeap.get(inHeap.limit() - 1));
        for (int i = 1; i < BATCH_RECORDS; i++) {
            new PausedPartitions(Integer.MAX_VALUE).pause(buffer, List.of(buffer));
            assertThat(buffer.next().offset()).isEqualTo(i);
        }
        assertThat(other.refCnt()).isZero();
        assertThat(buffer.bufferedRecords()).isEqualTo(2 * BATCH_RECORDS);
    }

    @Test
    void aPauseThatFindsNoMemoryLeavesAllAsItWas() {
        buffer.seek(0);
        ByteBuf first = fetched(answer(0, Compression.NONE));
        ByteBuf second = fetched(answer(2 * BATCH_RECORDS, Compression.NONE));
        assertThat(buffer.next().offset()).isZero();
        AtomicInteger asked = new AtomicInteger();

        assertThatThrownBy(() -> buffer.keepOwn(bytes -> {
                    if (asked.getAndIncrement() > 0) {
                        throw new OutOfMemoryError("none");
                    }
                    return ByteBuffer.allocate(bytes);
                }))
                .isInstanceOf(OutOfMemoryError.class);

        assertThat(new int[] {first.refCnt(), second.refCnt()}).containsOnly(1);
        for (int i = 1; i < 2 * BATCH_RECORDS; i++) {
            assertThat(buffer.next().offset()).isEqualTo(i);
        }
        assertThat(buffer.next()).isNull();
        assertThat(buffer.next().offset()).isEqualTo(2 * BATCH_RECORDS);
        buffer.discard();
    }

    /** The next read is asked for by that, before the last record is handed out. */
    @Test
    void whatIsLeftToHandOutFallsWithEachBatchWhileTheAnswerLiesHereToItsEnd() {
        buffer.seek(0);
        ByteBuf answer = fetched(answer(0, Compression.NONE));
        int all = answer.readableBytes();
        assertThat(buffer.unreadBytes()).isEqualTo(all);
        for (int i = 0; i <= BATCH_RECORDS; i++) {
            assertThat(buffer.next().offset()).isEqualTo(i);
        }
        assertThat(buffer.unreadBytes()).isEqualTo(all / 2);
        assertThat(buffer.bufferedBytes()).isEqualTo(all);
        buffer.seek(0);
        assertThat(buffer.unreadBytes()).isZero();
        fetched(answer(0, Compression.NONE));
        while (buffer.next() != null) {
            assertThat(buffer.unreadBytes()).isPositive();
        }
        assertThat(buffer.unreadBytes()).isZero();
    }

    /** A partition that is read as fast as it is handed out has an end all the same, which leaves the others their turn. */
    @Test
    void theEndOfAnAnswerIsToldAlsoWhenThereIsAnother() {
        buffer.seek(0);
        fetched(answer(0, Compression.NONE));
        fetched(answer(2 * BATCH_RECORDS, Compression.NONE));
        for (int i = 0; i < 2 * BATCH_RECORDS; i++) {
            assertThat(buffer.next().offset()).isEqualTo(i);
        }
        assertThat(buffer.next()).isNull();
        assertThat(buffer.bufferedRecords()).isEqualTo(2 * BATCH_RECORDS);
        assertThat(buffer.next().offset()).isEqualTo(2 * BATCH_RECORDS);
        buffer.discard();
    }

    @Test
    void whatPausedPartitionsHaveNoRoomForIsReadAgainFromWhereTheyStand() {
        PartitionBuffer other = new PartitionBuffer(new TopicPartition("t", 1), true);
        buffer.seek(0);
        ByteBuf mine = fetched(answer(0, Compression.NONE));
        assertThat(buffer.next().offset()).isZero();
        other.seek(0);
        ByteBuf theirs = answer(0, Compression.NONE);
        other.add(theirs.nioBuffer(), theirs);
        PausedPartitions room = new PausedPartitions(buffer.bufferedBytes() + 1);

        room.pause(buffer, List.of(buffer, other));
        room.pause(other, List.of(buffer, other));

        assertThat(buffer.bufferedBytes()).isPositive();
        assertThat(other.bufferedBytes()).isZero();
        assertThat(other.fetchOffset()).isZero();
        theirs.release();
        assertThat(new int[] {mine.refCnt(), theirs.refCnt()}).containsOnly(0);
        assertThat(buffer.next().offset()).isEqualTo(1);
        buffer.discard();
    }

    @Test
    void aBatchThatIsNotWhatItsChecksumSaysIsNotHandedOutAndIsAskedForAgain() {
        buffer.seek(0);
        ByteBuf answer = answer(0, Compression.NONE);
        answer.setByte(answer.writerIndex() - 2, 'x');
        fetched(answer);
        for (int i = 0; i < BATCH_RECORDS; i++) {
            assertThat(buffer.next().offset()).isEqualTo(i);
        }
        assertThatThrownBy(buffer::next)
                .isInstanceOf(LogException.class)
                .matches(why -> ((LogException) why).error() == LogError.CORRUPT_MESSAGE);
        assertThat(answer.refCnt()).isZero();
        assertThat(buffer.fetchOffset()).isEqualTo(BATCH_RECORDS);
        fetched(answer(BATCH_RECORDS, Compression.NONE));
        assertThat(buffer.next().offset()).isEqualTo(BATCH_RECORDS);
        buffer.discard();
    }
}
