package io.millrace.client.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnswerReaderTest {
    private final BusAnswers answers = new BusAnswers();
    private final EmbeddedChannel channel = new EmbeddedChannel(new AnswerReader(answers));
    private final List<ByteBuf> taken = new ArrayList<>();

    @AfterEach
    void nothingIsHeldOn() {
        channel.close();
        taken.forEach(ByteBuf::release);
        assertThat(taken).allMatch(body -> body.refCnt() == 0);
    }

    private static void text(ByteBuf b, String text) {
        b.writeInt(text.length());
        b.writeCharSequence(text, StandardCharsets.UTF_8);
    }

    /** As Vert.x writes it, with a header. */
    private static ByteBuf message(String codec, String address, byte[] body) {
        ByteBuf b = Unpooled.buffer().writeInt(0).writeByte(2).writeByte(-1);
        text(b, codec);
        b.writeByte(0);
        text(b, address);
        b.writeInt(0);
        text(b, "sender");
        ByteBuf headers = Unpooled.buffer().writeInt(1);
        text(headers, "key");
        text(headers, "value");
        b.writeInt(Integer.BYTES + headers.readableBytes()).writeBytes(headers);
        b.writeInt(body.length).writeBytes(body);
        return b.setInt(0, b.readableBytes() - Integer.BYTES);
    }

    private static byte[] body(int size) {
        byte[] body = new byte[size];
        new Random(size).nextBytes(body);
        return body;
    }

    private static byte[] bytes(ByteBuf b) {
        byte[] bytes = new byte[b.readableBytes()];
        b.getBytes(b.readerIndex(), bytes);
        return bytes;
    }

    private byte[] passed() {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            all.writeBytes(next);
            next.release();
        }
        return bytes(all);
    }

    private AnswerSlot expect(String address) {
        AnswerSlot slot = new AnswerSlot();
        answers.expect(address, slot);
        return slot;
    }

    @Test
    void anAwaitedBodyIsTakenAndAllElseGoesOnAsItWasHoweverTheStreamIsCut() {
        Random random = new Random(7);
        ByteBuf stream = Unpooled.buffer();
        ByteBuf expected = Unpooled.buffer();
        List<AnswerSlot> slots = new ArrayList<>();
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            String address = "__vertx.reply." + i;
            boolean isLarge = random.nextInt(3) == 0;
            byte[] body = body(isLarge ? AnswerReader.LEAST_TAKEN_BYTES + random.nextInt(200_000) : random.nextInt(90));
            boolean isAwaited = random.nextBoolean();
            if (isAwaited) {
                slots.add(expect(address));
                bodies.add(isLarge ? body : null);
            }
            stream.writeBytes(message(DoorCodec.NAME, address, body));
            expected.writeBytes(message(DoorCodec.NAME, address, isAwaited && isLarge ? new byte[0] : body));
        }
        while (stream.isReadable()) {
            int most = random.nextBoolean() ? 100 : 100_000;
            channel.writeInbound(Unpooled.copiedBuffer(
                    stream.readSlice(Math.min(stream.readableBytes(), 1 + random.nextInt(most)))));
        }
        for (int i = 0; i < slots.size(); i++) {
            ByteBuf body = slots.get(i).close();
            if (bodies.get(i) == null) {
                assertThat(body).isNull();
            } else {
                taken.add(body);
                assertThat(bytes(body)).isEqualTo(bodies.get(i));
            }
        }
        assertThat(passed()).isEqualTo(bytes(expected));
    }

    @Test
    void whatIsReadToWhereItBelongsIsNotCopiedAgain() {
        byte[] body = body(200_000);
        for (int i = 0; i < 2; i++) {
            AnswerSlot slot = expect("reply");
            ByteBuf stream = message(DoorCodec.NAME, "reply", body);
            channel.writeInbound(stream.readRetainedSlice(1000));
            var reads = channel.config().getRecvByteBufAllocator().newHandle();
            ByteBuf space = reads.allocate(channel.alloc());
            if (i == 1) {
                // The size of a message before is trusted.
                assertThat(space.writableBytes()).isEqualTo(stream.readableBytes());
            }
            space.writeBytes(stream, Math.min(stream.readableBytes(), space.writableBytes()));
            channel.writeInbound(space);
            channel.writeInbound(stream);
            taken.add(slot.close());
            assertThat(bytes(taken.get(i))).isEqualTo(body);
        }
    }

    @Test
    void whatComesForNobodyAnyMoreOrIsNoAnswerOfADoorGoesOnWhole() {
        byte[] body = body(50_000);
        AnswerSlot closed = expect("late");
        assertThat(closed.close()).isNull();
        AnswerSlot awaited = expect("other codec");
        AnswerSlot malformed = expect("malformed");
        ByteBuf tooLong = message(DoorCodec.NAME, "malformed", body);
        tooLong.setInt(tooLong.writerIndex() - body.length - Integer.BYTES, body.length + 1);
        ByteBuf stream = Unpooled.buffer()
                .writeBytes(message(DoorCodec.NAME, "late", body))
                .writeBytes(message(DoorCodec.NAME, "nobody", body))
                .writeBytes(message("text", "other codec", body))
                .writeBytes(tooLong);
        channel.writeInbound(stream.copy());
        assertThat(passed()).isEqualTo(bytes(stream));
        assertThat(awaited.close()).isNull();
        assertThat(malformed.close()).isNull();
    }

    @Test
    void aMessageThatIsTooLargeToBeKeptGoesOnAsItComes() {
        ByteBuf stream =
                Unpooled.buffer().writeInt(AnswerReader.MOST_TAKEN_BYTES + 1).writeBytes(body(100_000));
        channel.writeInbound(stream.copy());
        assertThat(passed()).isEqualTo(bytes(stream));
    }
}
