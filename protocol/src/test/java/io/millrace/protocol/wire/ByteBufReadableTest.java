package io.millrace.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.MalformedRequestException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where hostile lengths and counts are stopped. */
class ByteBufReadableTest {
    private static ByteBufReadable reading(String hex) {
        return new ByteBufReadable(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex)), 100);
    }

    @Test
    void varintsAreReadAsKafkaWritesThemAndWrittenAsKafkaReadsThem() {
        Random random = new Random(3);
        for (int i = 0; i < 2000; i++) {
            int number = random.nextInt() >>> random.nextInt(32);
            long large = random.nextLong() >> random.nextInt(64);
            ByteBufferAccessor kafka = new ByteBufferAccessor(ByteBuffer.allocate(40));
            kafka.writeUnsignedVarint(number);
            kafka.writeVarint(-number);
            kafka.writeVarlong(large);
            kafka.flip();
            ByteBuf ours = Unpooled.buffer();
            ByteBufWritable out = new ByteBufWritable(ours);
            out.writeUnsignedVarint(number);
            assertThat(ours.readableBytes()).isEqualTo(ByteBufWritable.unsignedVarintSize(number));
            out.writeVarint(-number);
            out.writeVarlong(large);

            assertThat(ours).isEqualTo(Unpooled.wrappedBuffer(kafka.buffer()));
            ByteBufReadable in = new ByteBufReadable(ours, 3);
            assertThat(in.readUnsignedVarint()).isEqualTo(number);
            assertThat(in.readVarint()).isEqualTo(-number);
            assertThat(in.readVarlong()).isEqualTo(large);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, 3, Integer.MAX_VALUE})
    void aLengthBeyondTheBytesLeftIsRefusedBeforeAnythingIsAllocated(int length) {
        List<Consumer<ByteBufReadable>> reads = List.of(
                in -> in.readArray(length),
                in -> in.readString(length),
                in -> in.readByteBuffer(length),
                in -> in.readUnknownTaggedField(null, 9, length),
                in -> in.skip(length));
        for (Consumer<ByteBufReadable> read : reads) {
            assertThatThrownBy(() -> read.accept(reading("0000"))).isInstanceOf(MalformedRequestException.class);
        }
    }

    @Test
    void readingStopsWhenTheFieldsAreUsedUp() {
        ByteBufReadable in = new ByteBufReadable(Unpooled.buffer().writeZero(100), 3);
        in.readByte();
        in.readInt();
        assertThat(in.remaining()).isEqualTo(1);
        in.readByte();

        assertThat(in.remaining()).isZero();
        assertThatThrownBy(in::readByte).isInstanceOf(MalformedRequestException.class);
        assertThatThrownBy(in::readUnsignedVarint).isInstanceOf(MalformedRequestException.class);
    }

    @Test
    void bytesBehindTheWriterIndexAreNotRead() {
        ByteBuf buf = Unpooled.buffer(100).writeZero(2);

        assertThatThrownBy(() -> new ByteBufReadable(buf, 10).readInt()).isInstanceOf(MalformedRequestException.class);
        assertThatThrownBy(() -> new ByteBufReadable(buf.readerIndex(2), 10).readUnsignedVarint())
                .isInstanceOf(MalformedRequestException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ffffffffff01", "8080808080"})
    void varintsThatDoNotEndAreRefused(String hex) {
        assertThatThrownBy(() -> reading(hex).readUnsignedVarint()).isInstanceOf(MalformedRequestException.class);
    }

    @Test
    void countsAreComparedWithTheSmallestElements() {
        assertThat(reading("03" + "0000").readArrayCount(true, 1)).isEqualTo(2);
        assertThat(reading("00").readArrayCount(true, 1)).isEqualTo(-1);
        assertThat(reading("ffffffff").readArrayCount(false, 1)).isEqualTo(-1);
        assertThatThrownBy(() -> reading("03" + "0000").readArrayCount(true, 2))
                .isInstanceOf(MalformedRequestException.class);
        assertThatThrownBy(() -> reading("fffffffe").readArrayCount(false, 1))
                .isInstanceOf(MalformedRequestException.class);
    }

    @Test
    void textIsReplacedWhereItIsNotUtf8() {
        assertThat(reading("03" + "c3a4").readNullableString(true)).isEqualTo("ä");
        assertThat(reading("02" + "ff").readNullableString(true)).isEqualTo("\ufffd");
        assertThat(reading("ffff").readNullableString(false)).isNull();
        assertThatThrownBy(() -> reading("fffe").readNullableString(false))
                .isInstanceOf(MalformedRequestException.class);
        assertThatThrownBy(() -> reading("00").readNonNullString(true, "topic name"))
                .hasMessageContaining("topic name");
    }

    @Test
    void hashesOfTextAreThoseOfItsString() {
        for (String text : new String[] {"", "a", "topic-1", "t\u00f6pic", "\u65e5\u672c", "AaBB"}) {
            ByteBuf buf = Unpooled.buffer();
            new ByteBufWritable(buf).writeNullableString(text, true);
            new ByteBufWritable(buf).writeNullableString(text, false);
            ByteBufReadable in = new ByteBufReadable(buf, 10);

            assertThat(in.readTextHash(true)).isEqualTo(text.hashCode());
            assertThat(in.readTextHash(false)).isEqualTo(text.hashCode());
            assertThat(buf.isReadable()).isFalse();
        }
        assertThat(reading("ffff").readTextHash(false)).isZero();
        assertThatThrownBy(() -> reading("0005").readTextHash(false)).isInstanceOf(MalformedRequestException.class);
    }
}
