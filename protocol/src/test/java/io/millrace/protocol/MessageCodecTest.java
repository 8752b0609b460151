package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Random;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.types.Schema;
import org.junit.jupiter.api.Test;

/** Generated messages through our buffers, beside kafka-clients' own. */
class MessageCodecTest {
    private final Decoders decoders = new Decoders();
    private final MessageCodec codec = new MessageCodec(decoders.registry);

    @Test
    void everyRequestOfEveryServedVersionIsDecodedAsKafkaClientsDoes() {
        Random random = new Random(1);
        for (Decoders.Case c : decoders.all()) {
            if (c.api().api() == Api.PRODUCE || c.api().api() == Api.FETCH) {
                continue;
            }
            Schema schema = Decoders.type(c.api()).requestSchemas()[c.version()];
            for (int round = 0; round < 50; round++) {
                ByteBuf body = SchemaBytes.write(schema, SchemaBytes.random(random));
                ApiMessage theirs = Oracle.decode(body, Decoders.type(c.api()).newRequest(), c.version());

                ApiMessage ours = codec.decode(c.api().key(), c.version(), body);

                assertThat(ours).as("%s", c).isEqualTo(theirs);
                assertThat(body.isReadable()).isFalse();
            }
        }
    }

    @Test
    void everyResponseOfEveryServedVersionIsEncodedAsKafkaClientsDoes() {
        Random random = new Random(2);
        for (Decoders.Case c : decoders.all()) {
            ApiMessageType type = Decoders.type(c.api());
            for (int round = 0; round < 50; round++) {
                ByteBuf body = SchemaBytes.write(type.responseSchemas()[c.version()], SchemaBytes.random(random));
                ApiMessage message = Oracle.decode(body.duplicate(), type.newResponse(), c.version());
                if (type == ApiMessageType.PRODUCE || type == ApiMessageType.FETCH) {
                    continue;
                }

                ByteBuf frame =
                        codec.encodeResponse(UnpooledByteBufAllocator.DEFAULT, 3, type.apiKey(), c.version(), message);

                assertThat(frame.readInt()).isEqualTo(frame.readableBytes());
                assertThat(frame.readInt()).isEqualTo(3);
                if (c.api().responseHeaderVersion(c.version()) == 1) {
                    assertThat(frame.readByte()).isZero();
                }
                assertThat(frame).as("%s", c).isEqualTo(Oracle.encode(message, c.version()));
            }
        }
    }

    @Test
    void unknownTaggedFieldsAreSkippedAndNotKept() {
        // Metadata v9: no topics, no flags, then two tagged fields that nobody knows.
        ByteBuf body = Unpooled.wrappedBuffer(
                ByteBufUtil.decodeHexDump("01" + "00" + "00" + "00" + "02" + "6304cafebabe" + "6400"));

        MetadataRequestData request = (MetadataRequestData) codec.decode((short) 3, (short) 9, body);

        assertThat(body.isReadable()).isFalse();
        assertThat(request.unknownTaggedFields()).isEmpty();
    }

    @Test
    void versionsAndKeysThatAreNotServedAreRefused() {
        assertThatThrownBy(() -> codec.decode((short) 3, (short) 14, Unpooled.EMPTY_BUFFER))
                .isInstanceOf(MalformedRequestException.class);
        assertThatThrownBy(() -> codec.decode((short) 4, (short) 0, Unpooled.EMPTY_BUFFER))
                .isInstanceOf(MalformedRequestException.class);
    }

    @Test
    void whatTheGeneratedClassesThrowIsWrapped() {
        // Metadata v0 with null topics, which v0 does not allow.
        ByteBuf body = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("ffffffff"));

        assertThatThrownBy(() -> codec.decode((short) 3, (short) 0, body))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessageContaining("Metadata v0")
                .hasMessageContaining("null");
    }
}
