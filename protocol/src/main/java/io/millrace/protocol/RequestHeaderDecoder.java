package io.millrace.protocol;

import io.millrace.protocol.wire.ByteBufReadable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/**
 * Reads request headers v1 and v2 from the frames of one connection, in place.
 *
 * <p>A connection repeats its client id in every request, so the last one is kept and compared by bytes: no string is
 * made per request.
 *
 * <p>Thread: the connection's event loop.
 */
public final class RequestHeaderDecoder {
    /** Header v2 carries tagged fields that nobody has defined yet; more than these are refused. */
    static final int MAX_HEADER_FIELDS = 64;

    private final ApiRegistry registry;
    private byte[] lastClientIdBytes = new byte[0];
    private String lastClientId = "";

    public RequestHeaderDecoder(ApiRegistry registry) {
        this.registry = registry;
    }

    /**
     * Reads the header and leaves the reader index at the body. The version is not judged: ask {@link ApiSpec#serves},
     * since ApiVersions answers even versions that it does not know.
     *
     * @param frame a whole frame without its four length bytes
     * @throws MalformedRequestException when the API is not served or the header is damaged
     */
    public RequestHeader decode(ByteBuf frame) {
        ByteBufReadable in = new ByteBufReadable(frame, MAX_HEADER_FIELDS);
        short key = in.readShort();
        short version = in.readShort();
        int correlationId = in.readInt();
        ApiSpec api = registry.spec(key);
        if (api == null) {
            throw new MalformedRequestException("API key " + key + " is not served");
        }
        if (version < 0) {
            throw new MalformedRequestException(api.name() + " with negative version " + version);
        }
        String clientId = clientId(in, frame);
        if (api.requestHeaderVersion(version) >= 2) {
            in.skipTaggedFields();
        }
        return new RequestHeader(api, version, correlationId, clientId);
    }

    private String clientId(ByteBufReadable in, ByteBuf frame) {
        int length = in.readShort();
        if (length < -1) {
            throw new MalformedRequestException("client id with length " + length);
        }
        if (length == -1) {
            return null;
        }
        int start = frame.readerIndex();
        in.skip(length);
        if (length == lastClientIdBytes.length && matches(frame, start)) {
            return lastClientId;
        }
        lastClientIdBytes = ByteBufUtil.getBytes(frame, start, length, true);
        lastClientId = new String(lastClientIdBytes, StandardCharsets.UTF_8);
        return lastClientId;
    }

    private boolean matches(ByteBuf frame, int start) {
        for (int i = 0; i < lastClientIdBytes.length; i++) {
            if (frame.getByte(start + i) != lastClientIdBytes[i]) {
                return false;
            }
        }
        return true;
    }
}
