package io.millrace.protocol;

import io.millrace.protocol.wire.ByteBufReadable;
import io.millrace.protocol.wire.ByteBufWritable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * Turns the bodies of all APIs but Produce and Fetch into kafka-clients' generated messages and back.
 *
 * <p>Thread: any; stateless.
 */
public final class MessageCodec {
    private final ApiRegistry registry;

    public MessageCodec(ApiRegistry registry) {
        this.registry = registry;
    }

    /**
     * Reads a request body from the reader index on. Bytes behind it are ignored, as Apache Kafka does.
     *
     * <p>Heap taken is at most {@link ApiSpec#maxDecodedBytes}; byte fields of the message are views of {@code body} and
     * live as long as it does.
     *
     * @throws MalformedRequestException and nothing else, for whatever the bytes are
     */
    public ApiMessage decode(short key, short version, ByteBuf body) {
        ApiSpec api = registry.spec(key);
        if (api == null || !api.serves(version)) {
            throw new MalformedRequestException("API key " + key + " version " + version + " is not served");
        }
        return decode(api, version, body, HeapCharge.NONE);
    }

    /** As {@link #decode(short, short, ByteBuf)} for an API and a version that are known to be served. */
    public ApiMessage decode(ApiSpec api, short version, ByteBuf body, HeapCharge account) {
        ApiMessage request = api.api().newRequest();
        try {
            KeyedListGuard.check(api, version, body);
            int start = body.readerIndex();
            ByteBufReadable in = new ByteBufReadable(body, api.maxFields());
            request.read(in, version);
            account.charge(api.decodedBytes(in.fieldsRead(), body.readerIndex() - start));
            return request;
        } catch (MalformedRequestException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new MalformedRequestException(api.name() + " v" + version + ": " + e.getMessage(), e);
        }
    }

    /**
     * A whole response frame: length, header of the right version, body. The caller owns the buffer.
     *
     * @param version of the body; for ApiVersions asked with an unknown version this is 0
     */
    public ByteBuf encodeResponse(
            ByteBufAllocator allocator, int correlationId, short key, short version, ApiMessage body) {
        ApiSpec api = registry.spec(key);
        if (api == null) {
            throw new IllegalArgumentException("API key " + key + " is not served");
        }
        short headerVersion = api.responseHeaderVersion(version);
        return encode(allocator, correlationId, headerVersion, body, version);
    }

    /** As {@link #encodeResponse} for any API of the protocol: for clients of tests and tools. */
    public static ByteBuf encodeAnyResponse(
            ByteBufAllocator allocator, int correlationId, ApiMessageType type, short version, ApiMessage body) {
        return encode(allocator, correlationId, type.responseHeaderVersion(version), body, version);
    }

    private static ByteBuf encode(
            ByteBufAllocator allocator, int correlationId, short headerVersion, ApiMessage body, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        MessageSizeAccumulator size = new MessageSizeAccumulator();
        body.addSize(size, cache, version);
        int frameBytes = ResponseHeaders.size(headerVersion) + size.totalSize();
        ByteBuf out = allocator.buffer(Integer.BYTES + frameBytes);
        try {
            out.writeInt(frameBytes);
            ResponseHeaders.write(out, headerVersion, correlationId);
            body.write(new ByteBufWritable(out), cache, version);
            if (out.readableBytes() != Integer.BYTES + frameBytes) {
                throw new IllegalStateException(
                        body.getClass().getSimpleName() + " v" + version + ": size announced and written differ");
            }
            return out;
        } catch (RuntimeException e) {
            out.release();
            throw e;
        }
    }
}
