package io.millrace.bench;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * A plain blocking socket that speaks Kafka's frames; frames can be made ahead so that sending one costs a write.
 *
 * <p>Thread: one.
 */
final class Wire implements AutoCloseable {
    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final OutputStream out;

    Wire(int port) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(120_000);
        socket.connect(new InetSocketAddress("127.0.0.1", port), 5000);
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 1 << 16));
        out = socket.getOutputStream();
    }

    /** The whole frame with its size; the correlation id stands at 8. */
    static byte[] frame(ApiMessage request, int version) {
        ApiMessageType type = ApiMessageType.fromApiKey(request.apiKey());
        short headerVersion = type.requestHeaderVersion((short) version);
        RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(request.apiKey())
                .setRequestApiVersion((short) version)
                .setCorrelationId(1)
                .setClientId("bench");
        ObjectSerializationCache cache = new ObjectSerializationCache();
        int size = header.size(cache, headerVersion) + request.size(cache, (short) version);
        ByteBuffer frame = ByteBuffer.allocate(4 + size).putInt(size);
        ByteBufferAccessor accessor = new ByteBufferAccessor(frame);
        header.write(accessor, cache, headerVersion);
        request.write(accessor, cache, (short) version);
        return frame.array();
    }

    void send(byte[] frame) throws IOException {
        out.write(frame);
    }

    /** Reads the next frame into {@code into}, or into a larger one that is returned instead. */
    ByteBuffer receive(ByteBuffer into) throws IOException {
        int size = in.readInt();
        ByteBuffer target = into != null && into.capacity() >= size ? into : ByteBuffer.allocate(size * 5 / 4);
        in.readFully(target.array(), 0, size);
        return target.clear().limit(size);
    }

    @SuppressWarnings("unchecked")
    <T extends ApiMessage> T ask(ApiMessage request, int version) throws IOException {
        send(frame(request, version));
        return (T) parse(request.apiKey(), version, receive(null));
    }

    static ApiMessage parse(short apiKey, int version, ByteBuffer frame) {
        ApiMessageType type = ApiMessageType.fromApiKey(apiKey);
        ByteBufferAccessor readable = new ByteBufferAccessor(frame);
        new ResponseHeaderData(readable, type.responseHeaderVersion((short) version));
        ApiMessage response = type.newResponse();
        response.read(readable, (short) version);
        return response;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
