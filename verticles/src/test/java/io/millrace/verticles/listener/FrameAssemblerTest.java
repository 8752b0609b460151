package io.millrace.verticles.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameAssemblerTest {
    private static final int LIMIT = 100_000;

    private final RequestMemory memory = new RequestMemory(1_000_000);
    private final FrameAssembler assembler = new FrameAssembler(
            UnpooledByteBufAllocator.DEFAULT, key -> key == 3 ? LIMIT : key == 0 ? 2 * LIMIT : 0, memory);

    @AfterEach
    void nothingIsLeftBehind() {
        assembler.release();
        assertThat(memory.inUseBytes()).isZero();
    }

    private static ByteBuf frame(int apiKey, int size) {
        ByteBuf frame = Unpooled.buffer(4 + size);
        frame.writeInt(size).writeShort(apiKey);
        for (int i = 2; i < size; i++) {
            frame.writeByte(i);
        }
        return frame;
    }

    private void takeAndCheck(int size) {
        ByteBuf taken = assembler.take();
        assertThat(taken.readableBytes()).isEqualTo(size);
        assertThat(taken.getShort(0)).isEqualTo((short) 3);
        for (int i = 2; i < size; i++) {
            assertThat(taken.getByte(i)).isEqualTo((byte) i);
        }
        taken.release();
        memory.release(assembler.takenPermitBytes());
    }

    @Test
    void aFrameThatArrivesWholeIsTakenWhole() {
        ByteBuf in = frame(3, 50);

        assertThat(assembler.feed(in)).isEqualTo(FrameAssembler.Outcome.FRAME);

        takeAndCheck(50);
        assertThat(in.isReadable()).isFalse();
    }

    @Test
    void aFrameThatArrivesByteByByteIsTheSame() {
        ByteBuf in = frame(3, 9_000);
        FrameAssembler.Outcome last = FrameAssembler.Outcome.NEED_BYTES;

        while (in.isReadable()) {
            assertThat(last).isEqualTo(FrameAssembler.Outcome.NEED_BYTES);
            last = assembler.feed(in.readSlice(1));
        }

        assertThat(last).isEqualTo(FrameAssembler.Outcome.FRAME);
        takeAndCheck(9_000);
    }

    @Test
    void theRestOfALargeFrameIsReadWhereItBelongs() {
        // The one before makes the connection trusted with so much at once.
        assertThat(assembler.feed(frame(3, 90_000))).isEqualTo(FrameAssembler.Outcome.FRAME);
        takeAndCheck(90_000);
        ByteBuf in = frame(3, 90_000);
        assertThat(assembler.feed(in.readSlice(10_004))).isEqualTo(FrameAssembler.Outcome.NEED_BYTES);

        ByteBuf nothingCame = assembler.lend();
        nothingCame.release();
        ByteBuf some = assembler.lend();
        some.writeBytes(in, 30_000);
        assertThat(assembler.feed(some)).isEqualTo(FrameAssembler.Outcome.NEED_BYTES);
        assertThat(some.isReadable()).isFalse();
        some.release();
        ByteBuf all = assembler.lend();
        assertThat(all.writableBytes()).as("no further than the frame").isEqualTo(50_000);
        all.writeBytes(in);
        assertThat(assembler.feed(all)).isEqualTo(FrameAssembler.Outcome.FRAME);
        all.release();

        takeAndCheck(90_000);
    }

    @Test
    void nothingIsLentBetweenFramesNorForASmallRest() {
        assertThat(assembler.lend()).isNull();
        ByteBuf in = frame(3, 60_000);
        assembler.feed(in.readSlice(40_000));
        assertThat(assembler.lend()).isNull();

        assertThat(assembler.feed(in)).isEqualTo(FrameAssembler.Outcome.FRAME);
        takeAndCheck(60_000);
    }

    @Test
    void twoFramesInOnePieceAreTakenOneByOne() {
        ByteBuf in = Unpooled.wrappedBuffer(frame(3, 20), frame(3, 30));

        assertThat(assembler.feed(in)).isEqualTo(FrameAssembler.Outcome.FRAME);
        takeAndCheck(20);
        assertThat(assembler.feed(in)).isEqualTo(FrameAssembler.Outcome.FRAME);
        takeAndCheck(30);
        assertThat(assembler.isMidFrame()).isFalse();
    }

    @Test
    void anAnnouncedFrameHoldsNoMoreMemoryThanWhatHasArrivedNeeds() {
        ByteBuf in = frame(3, LIMIT).readSlice(100);

        assertThat(assembler.feed(in)).isEqualTo(FrameAssembler.Outcome.NEED_BYTES);

        assertThat(memory.inUseBytes()).isLessThanOrEqualTo(4096);
    }

    @Test
    void aFrameLargerThanItsApiAllowsIsRefusedBeforeAByteIsStored() {
        assertThat(assembler.feed(frame(3, LIMIT + 1).readSlice(6))).isEqualTo(FrameAssembler.Outcome.REFUSED);
        assertThat(assembler.refusal()).contains("100001").contains("100000");
        assertThat(memory.inUseBytes()).isZero();
    }

    @Test
    void negativeTinyAndUnknownFramesAreRefused() {
        for (ByteBuf bad : new ByteBuf[] {
            Unpooled.buffer().writeInt(-1).writeShort(3),
            Unpooled.buffer().writeInt(0).writeShort(3),
            Unpooled.buffer().writeInt(7).writeShort(3),
            Unpooled.buffer().writeInt(20).writeShort(9999)
        }) {
            FrameAssembler fresh = new FrameAssembler(
                    UnpooledByteBufAllocator.DEFAULT, key -> key == 3 ? LIMIT : key == 0 ? 2 * LIMIT : 0, memory);
            assertThat(fresh.feed(bad)).isEqualTo(FrameAssembler.Outcome.REFUSED);
        }
    }

    @Test
    void withoutMemoryTheSameBytesAreFedAgainLater() {
        assertThat(memory.tryAcquire(999_000)).isTrue();
        ByteBuf in = frame(3, 5_000);

        assertThat(assembler.feed(in)).isEqualTo(FrameAssembler.Outcome.NEED_MEMORY);
        memory.release(999_000);

        assertThat(assembler.feed(in)).isEqualTo(FrameAssembler.Outcome.FRAME);
        takeAndCheck(5_000);
    }

    @Test
    void memoryThatRunsOutInTheMiddleOfAFrameIsWaitedForToo() {
        ByteBuf in = frame(3, 50_000);
        assertThat(assembler.feed(in.readSlice(4_000))).isEqualTo(FrameAssembler.Outcome.NEED_BYTES);
        int rest = (int) (memory.totalBytes() - memory.inUseBytes());
        assertThat(memory.tryAcquire(rest)).isTrue();

        assertThat(assembler.feed(in)).isEqualTo(FrameAssembler.Outcome.NEED_MEMORY);
        memory.release(rest);

        assertThat(assembler.feed(in)).isEqualTo(FrameAssembler.Outcome.FRAME);
        takeAndCheck(50_000);
    }

    @Test
    void aSizeThatNoApiHasIsRefusedBeforeTheApiIsKnown() {
        for (int size : new int[] {-1, Integer.MIN_VALUE, 0, 7, 2 * LIMIT + 1, Integer.MAX_VALUE}) {
            FrameAssembler fresh =
                    new FrameAssembler(UnpooledByteBufAllocator.DEFAULT, key -> key == 0 ? 2 * LIMIT : 0, memory);

            assertThat(fresh.feed(Unpooled.buffer().writeInt(size)))
                    .as("size %d", size)
                    .isEqualTo(FrameAssembler.Outcome.REFUSED);
            assertThat(fresh.refusal()).contains(String.valueOf(size));
        }
    }
}
