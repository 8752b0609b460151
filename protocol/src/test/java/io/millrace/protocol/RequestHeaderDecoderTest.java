package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.apache.kafka.common.message.RequestHeaderData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Request headers as clients send them, and as nobody should. */
class RequestHeaderDecoderTest {
    private final ApiRegistry registry = ApiRegistry.standard(1 << 20);
    private final RequestHeaderDecoder decoder = new RequestHeaderDecoder(registry);

    private static ByteBuf header(int key, int version, String clientId, int headerVersion) {
        RequestHeaderData data = new RequestHeaderData()
                .setRequestApiKey((short) key)
                .setRequestApiVersion((short) version)
                .setCorrelationId(77)
                .setClientId(clientId);
        return Unpooled.copiedBuffer(
                Oracle.encode(data, (short) headerVersion), Unpooled.wrappedBuffer(new byte[] {9}));
    }

    @Test
    void headersV1AndV2AreReadUpToTheBody() {
        for (ApiSpec api : registry.specs()) {
            for (short v = api.minServed(); v <= api.max(); v++) {
                ByteBuf frame = header(api.key(), v, "clïent", api.requestHeaderVersion(v));

                RequestHeader header = decoder.decode(frame);

                assertThat(header).isEqualTo(new RequestHeader(api, v, 77, "clïent"));
                assertThat(frame.readableBytes()).isEqualTo(1);
            }
        }
    }

    @Test
    void aClientThatSendsNoIdHasNone() {
        assertThat(decoder.decode(header(3, 9, null, 2)).clientId()).isNull();
        assertThat(decoder.decode(header(3, 9, "", 2)).clientId()).isEmpty();
    }

    @Test
    void theSameClientIdIsTheSameString() {
        String first = decoder.decode(header(3, 9, "me", 2)).clientId();
        assertThat(decoder.decode(header(3, 1, "me", 1)).clientId()).isSameAs(first);
        assertThat(decoder.decode(header(3, 1, "mo", 1)).clientId()).isEqualTo("mo");
        assertThat(decoder.decode(header(3, 1, "me", 1)).clientId()).isEqualTo("me");
    }

    @Test
    void apiVersionsOfAnyVersionIsReadSoThatItCanBeAnswered() {
        RequestHeader header = decoder.decode(header(18, 99, "new", 2));

        assertThat(header.api().name()).isEqualTo("ApiVersions");
        assertThat(header.api().serves(header.version())).isFalse();
    }

    @Test
    void unknownTaggedFieldsAreSkipped() {
        ByteBuf frame = Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(
                "0003" + "0009" + "00000001" + "0001" + "61" + "02" + "0502cafe" + "0700" + "ee"));

        assertThat(decoder.decode(frame).clientId()).isEqualTo("a");
        assertThat(frame.readByte()).isEqualTo((byte) 0xee);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // nothing
                "0003", // no version
                "00030009000000", // half a correlation id
                "0004000000000001ffff", // LeaderAndIsr, which no broker serves to clients
                "ffff000000000001ffff", // negative key
                "7fff000000000001ffff", // unknown key
                "0003ffff00000001ffff", // negative version
                "0003000900000001fffe", // client id of length -2
                "00030009000000017fff61", // client id longer than the frame
                "0003000900000001ffff", // header v2 without tagged fields
                "0003000900000001ffff05", // five tagged fields in no bytes
                "0003000900000001ffff0101ffffffff0f", // a tagged field of nearly 4 GiB
                "0003000900000001ffffffffffffff01" // a varint that does not end
            })
    void damagedHeadersAreRefusedWithTheTypedException(String hex) {
        assertThatThrownBy(() -> decoder.decode(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex))))
                .isInstanceOf(MalformedRequestException.class);
    }
}
