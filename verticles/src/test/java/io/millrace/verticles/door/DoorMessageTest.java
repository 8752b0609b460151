package io.millrace.verticles.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.verticles.cluster.BusMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.impl.EventBusImpl;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is taken from the bus before Vert.x decodes it, held against what Vert.x itself writes. */
class DoorMessageTest {
    private static final int CODEC_BYTES = Integer.BYTES + DoorCodec.NAME.length();
    private final Vertx vertx = Vertx.vertx();
    private final EventBusImpl bus = (EventBusImpl) vertx.eventBus();
    private final TakenMessage.Answers answers = new TakenMessage.Answers((VertxInternal) vertx, "self");

    @AfterEach
    void close() {
        DoorBroker.await(vertx.close());
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    /** A message as Vert.x puts it on the wire, without the size before it. */
    private ByteBuf onTheWire(byte[] body) {
        ClusteredMessage<Buffer, Buffer> message = new ClusteredMessage<>(
                "sender", "millrace.door.1", null, Buffer.buffer(body), new DoorCodec(), true, bus);
        message.setReplyAddress("__vertx.reply.7");
        ByteBuf wire = ((BufferInternal) message.encodeToWire()).getByteBuf();
        return PooledByteBufAllocator.DEFAULT
                .directBuffer()
                .writeBytes(wire, Integer.BYTES, wire.readableBytes() - Integer.BYTES);
    }

    /** The head: version, codec, kind, address, reply address, sender, no headers. */
    private static BusMessage head() {
        int bodyAt = 2
                + CODEC_BYTES
                + 1
                + Integer.BYTES
                + "millrace.door.1".length()
                + Integer.BYTES
                + "__vertx.reply.7".length()
                + Integer.BYTES
                + "sender".length()
                + Integer.BYTES;
        return new BusMessage(DoorCodec.NAME, "millrace.door.1", "sender", bodyAt);
    }

    @Test
    void aTakenMessageHasItsBodyWhereTheSocketPutItAndFreesItWithTheLastWhoHoldsIt() {
        byte[] body = random(5_000);
        ByteBuf whole = onTheWire(body);

        DoorMessage message = DoorMessage.taken(answers, head(), whole);
        ByteBuf frame = message.frame(10, true);

        assertThat(message.body().getBytes()).isEqualTo(body);
        assertThat(message.envelope().replyAddress()).isEqualTo("__vertx.reply.7");
        assertThat(message.envelope().headers().isEmpty()).isTrue();
        assertThat(frame.isDirect()).isTrue();
        assertThat(frame).isEqualTo(Unpooled.wrappedBuffer(body, 10, body.length - 10));
        message.release();
        assertThat(whole.refCnt()).isEqualTo(1);
        frame.release();
        assertThat(whole.refCnt()).isZero();
    }

    @Test
    void aBodyOfAnotherLengthThanItSaysIsRefused() {
        for (int wrong : new int[] {-1, 0, 99, 101, Integer.MAX_VALUE}) {
            ByteBuf whole = onTheWire(random(100));
            whole.setInt(head().bodyAt(), wrong);
            assertThatThrownBy(() -> DoorMessage.taken(answers, head(), whole))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            whole.release();
        }
        ByteBuf cut = onTheWire(random(100));
        cut.writerIndex(head().bodyAt() + 2);
        assertThatThrownBy(() -> DoorMessage.taken(answers, head(), cut)).isInstanceOf(IndexOutOfBoundsException.class);
        cut.release();
    }

    @Test
    void anAnswerIsWhatVertxWouldHaveWrittenOfItsParts() throws IOException {
        for (int size : new int[] {3, 1_000, 50_000}) {
            byte[] all = random(2 * size + 4);
            ByteBuf first = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(all, 0, size + 4);
            ByteBuf second = PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(all, size + 4, size);
            byte[] expected = new byte[1 + 2 * size];
            expected[0] = DoorFrame.VERSION;
            // An encoded answer begins with its size, which the envelope leaves out.
            System.arraycopy(all, 4, expected, 1, 2 * size);
            DoorReply reply = new DoorReply(
                    "self",
                    "__vertx.reply.7",
                    new TakenMessage.Outside(ReplyBody.of(ReplyBytes.of(List.of(first, second))), () -> {}),
                    bus);

            ByteBuf wire = ((BufferInternal) reply.encodeToWire()).getByteBuf();

            ByteBuf usual = ((BufferInternal) new ClusteredMessage<Buffer, Buffer>(
                                    "self",
                                    "__vertx.reply.7",
                                    null,
                                    Buffer.buffer(expected),
                                    new DoorCodec(),
                                    true,
                                    bus)
                            .encodeToWire())
                    .getByteBuf();
            assertThat(wire).isEqualTo(usual);
            reply.release();
            assertThat(List.of(first, second)).allMatch(part -> part.refCnt() == 0);
        }
    }

    static List<Throwable> failures() {
        return List.of(
                new IOException("planted"), new IllegalStateException("planted"), new OutOfMemoryError("planted"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void anAnswerWhoseFileCannotBeReadHoldsNothing(Throwable why) {
        // Read, and sent from the file, each with a part before and behind it.
        for (int size : new int[] {100, 100_000}) {
            ByteBuf first = PooledByteBufAllocator.DEFAULT.directBuffer().writeZero(10);
            ByteBuf last = PooledByteBufAllocator.DEFAULT.directBuffer().writeZero(10);
            UnreadableRegion region = new UnreadableRegion(why, size);

            assertThatThrownBy(() -> ReplyBytes.withFiles(List.of(first, region, last)))
                    .isSameAs(why);

            assertThat(first.refCnt()).isZero();
            assertThat(last.refCnt()).isZero();
            assertThat(region.refCnt()).isZero();
        }
    }
}
