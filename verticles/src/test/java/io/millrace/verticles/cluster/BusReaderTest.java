package io.millrace.verticles.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BusReaderTest {
    private static final String BROKER = new BusNodeId(2, new UUID(1, 2), "127.0.0.1", 9).toString();

    private final BusTransport transport = BusTransport.create();
    private final EmbeddedChannel channel = new EmbeddedChannel(new BusReader(transport));
    private final List<byte[]> taken = new ArrayList<>();

    private final List<ByteBuf> frames = new ArrayList<>();

    @AfterEach
    void nothingIsHeldOn() {
        channel.close();
        assertThat(frames).allMatch(frame -> frame.refCnt() == 0);
    }

    private void take() {
        transport.take("b.1.repl", "frames", body -> {
            taken.add(bytes(body));
            frames.add(body);
            body.release();
        });
    }

    private static byte[] bytes(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        return bytes;
    }

    private static void text(ByteBuf b, String text) {
        b.writeInt(text.length());
        b.writeCharSequence(text, StandardCharsets.UTF_8);
    }

    private static ByteBuf message(String codec, String address, String sender, byte[] body) {
        ByteBuf b = Unpooled.buffer().writeInt(0).writeByte(2).writeByte(-1);
        text(b, codec);
        b.writeByte(0);
        text(b, address);
        b.writeInt(0);
        text(b, sender);
        // Headers: their size with itself, one pair.
        ByteBuf headers = Unpooled.buffer().writeInt(1);
        text(headers, "key");
        text(headers, "value");
        b.writeInt(Integer.BYTES + headers.readableBytes()).writeBytes(headers);
        b.writeBytes(body);
        return b.setInt(0, b.readableBytes() - Integer.BYTES);
    }

    private static byte[] body(int size) {
        byte[] body = new byte[size];
        new Random(size).nextBytes(body);
        return body;
    }

    private byte[] passed() {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            all.writeBytes(next);
        }
        return bytes(all);
    }

    @Test
    void whatIsTakenComesWholeAndTheRestGoesOnAsItWasHoweverItIsCut() {
        take();
        Random random = new Random(4);
        ByteBuf stream = Unpooled.buffer();
        ByteBuf others = Unpooled.buffer();
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            byte[] body = body(random.nextInt(4) == 0 ? random.nextInt(300_000) : random.nextInt(100));
            if (random.nextBoolean()) {
                bodies.add(body);
                stream.writeBytes(message("frames", "b.1.repl", BROKER, body));
            } else {
                ByteBuf other = message("frames", "b.1.raft", BROKER, body);
                others.writeBytes(other.duplicate());
                stream.writeBytes(other);
            }
        }
        while (stream.isReadable()) {
            int most = random.nextBoolean() ? 100 : 100_000;
            channel.writeInbound(Unpooled.copiedBuffer(
                    stream.readSlice(Math.min(stream.readableBytes(), 1 + random.nextInt(most)))));
        }
        assertThat(taken).hasSameSizeAs(bodies);
        for (int i = 0; i < bodies.size(); i++) {
            assertThat(taken.get(i)).isEqualTo(bodies.get(i));
        }
        assertThat(passed()).isEqualTo(bytes(others));
    }

    @Test
    void whatIsReadToWhereItBelongsIsNotCopiedAgain() {
        take();
        byte[] body = body(200_000);
        ByteBuf stream = message("frames", "b.1.repl", BROKER, body);
        // A first one, so that the next is trusted with its size.
        channel.writeInbound(stream.copy());
        channel.writeInbound(stream.readRetainedSlice(1000));
        var reads = channel.config().getRecvByteBufAllocator().newHandle();
        while (stream.isReadable()) {
            ByteBuf space = reads.allocate(channel.alloc());
            assertThat(space.writableBytes()).isEqualTo(stream.readableBytes());
            space.writeBytes(stream, Math.min(stream.readableBytes(), 150_000));
            channel.writeInbound(space);
            if (stream.readableBytes() < 32 * 1024) {
                channel.writeInbound(stream.readRetainedSlice(stream.readableBytes()));
            }
        }
        assertThat(taken).hasSize(2);
        assertThat(taken.get(1)).isEqualTo(body);
    }

    @Test
    void nothingIsTakenFromWhoeverIsNoBrokerNorOfAnotherCodecNorAfterItsEnd() {
        take();
        ByteBuf stream = Unpooled.buffer()
                .writeBytes(message("frames", "b.1.repl", UUID.randomUUID().toString(), body(10)))
                .writeBytes(message("text", "b.1.repl", BROKER, body(10)));
        channel.writeInbound(stream.copy());
        assertThat(taken).isEmpty();
        assertThat(passed()).isEqualTo(bytes(stream));
        transport.takeNoMore("frames");
        ByteBuf late = message("frames", "b.1.repl", BROKER, body(10));
        channel.writeInbound(late.copy());
        assertThat(taken).isEmpty();
        assertThat(passed()).isEqualTo(bytes(late));
    }

    @Test
    void malformedHeadsAreLeftToVertxAndAnImpossibleSizeEndsTheConnection() {
        take();
        ByteBuf malformed =
                Unpooled.buffer().writeInt(6).writeByte(2).writeByte(-1).writeInt(Integer.MAX_VALUE);
        channel.writeInbound(malformed.copy());
        assertThat(passed()).isEqualTo(bytes(malformed));
        channel.writeInbound(Unpooled.buffer().writeInt(-1));
        assertThat(channel.isOpen()).isFalse();
    }

    @ParameterizedTest
    // The head of a Kafka request, another version, codecs below and above those that there are, and less than a head.
    @ValueSource(strings = {"0012000300000001", "03ff00000000", "02fe00000000", "021200000000", "02"})
    void whatIsNoMessageEndsTheConnectionAndReachesNobody(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        channel.writeInbound(Unpooled.buffer().writeInt(bytes.length).writeBytes(bytes));
        assertThat(passed()).isEmpty();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void theLargestPossibleSizeIsWaitedForAndALargerOneEndsTheConnection() {
        channel.writeInbound(Unpooled.buffer().writeInt(BusReader.MOST_MESSAGE_BYTES));
        assertThat(channel.isOpen()).isTrue();

        EmbeddedChannel other = new EmbeddedChannel(new BusReader(transport));
        other.writeInbound(Unpooled.buffer().writeInt(BusReader.MOST_MESSAGE_BYTES + 1));
        assertThat(other.isOpen()).isFalse();
    }

    @Test
    void whoTakesMessagesWholeGetsThoseOfAnybodyAtEachOfItsAddresses() {
        take();
        List<String> heads = new ArrayList<>();
        transport.takeWhole(Set.of("door", "door.1"), "buffers", (head, message) -> {
            heads.add(head.sender() + " to " + head.address());
            taken.add(bytes(message.slice(head.bodyAt(), message.readableBytes() - head.bodyAt())));
            frames.add(message);
            message.release();
        });
        ByteBuf other = message("buffers", "door.2", "someone", body(10));
        channel.writeInbound(message("buffers", "door", "someone", body(20)));
        channel.writeInbound(other.copy());
        channel.writeInbound(message("buffers", "door.1", BROKER, body(30)));
        channel.writeInbound(message("frames", "b.1.repl", BROKER, body(40)));
        assertThat(heads).containsExactly("someone to door", BROKER + " to door.1");
        assertThat(taken).containsExactly(body(20), body(30), body(40));
        assertThat(passed()).isEqualTo(bytes(other));
    }
}
