package io.millrace.verticles.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;

/**
 * What several readers of one payload may do without disturbing each other.
 *
 * <p>Thread: the test's.
 */
class ByteBufPayloadTest {
    private static ByteBuf hundredBytes() {
        ByteBuf frame = PooledByteBufAllocator.DEFAULT.directBuffer(120).writeZero(20);
        for (int i = 0; i < 100; i++) {
            frame.writeByte(i);
        }
        return frame.skipBytes(20);
    }

    @Test
    void sendingAPartToOneReaderMovesNothingForTheNext() {
        ByteBuf frame = hundredBytes();
        ByteBufPayload payload = new ByteBufPayload(frame.slice());

        payload.buffer().skipBytes(60); // What the channel does when the socket takes 60 bytes.

        assertThat(payload.sizeBytes()).isEqualTo(100);
        assertThat(payload.buffer().readByte()).isZero();
        payload.release();
    }

    @Test
    void releasingWhatWasSentGivesTheReadersReferenceBack() {
        ByteBuf frame = hundredBytes();
        ByteBufPayload payload = new ByteBufPayload(frame);
        payload.retain().buffer().release();
        assertThat(frame.refCnt()).isEqualTo(1);
        payload.release();
        assertThat(frame.refCnt()).isZero();
    }

    @Test
    void sliceHoldsTheReferenceOfTheWhole() {
        ByteBuf frame = hundredBytes();
        ByteBufPayload payload = new ByteBufPayload(frame);

        Payload slice = payload.retain().slice(10, 20);

        assertThat(slice.sizeBytes()).isEqualTo(20);
        assertThat(slice.bytes().get()).isEqualTo((byte) 10);
        assertThat(((ByteBufPayload) slice).buffer().readByte()).isEqualTo((byte) 10);
        payload.release();
        assertThat(frame.refCnt()).isEqualTo(1);
        slice.release();
        assertThat(frame.refCnt()).isZero();
    }
}
