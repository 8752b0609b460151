package io.millrace.oracle;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * A Kafka connection with nothing between the test and the socket: any request at any version, raw frames, pipelining,
 * and a reply that may also be a closed connection or silence.
 *
 * <p>Thread: one.
 */
public final class WireClient implements AutoCloseable {
    /** Long enough for a loaded machine; only a broker that does not answer waits for it. */
    public static final int REPLY_LIMIT_MS = 20_000;

    private record Pending(int correlationId, ApiMessageType type, short version) {}

    private final Socket socket;
    private final DataInputStream in;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private int nextCorrelationId = 1;

    private WireClient(int port) throws IOException {
        socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(REPLY_LIMIT_MS);
        socket.connect(new InetSocketAddress("127.0.0.1", port), REPLY_LIMIT_MS);
        in = new DataInputStream(socket.getInputStream());
    }

    public static WireClient to(int port) throws IOException {
        return new WireClient(port);
    }

    /** Sends the request and waits for its answer. Only with nothing else in flight. */
    @SuppressWarnings("unchecked")
    public <T extends ApiMessage> T ask(ApiMessage request, int version) throws IOException {
        send(request, version);
        return (T) receive();
    }

    /** Sends without waiting; answers come by {@link #receive()} in the order sent. */
    public int send(ApiMessage request, int version) throws IOException {
        int correlationId = sendWithoutReply(request, version);
        pending.add(new Pending(correlationId, ApiMessageType.fromApiKey(request.apiKey()), (short) version));
        return correlationId;
    }

    /** For Produce with acks=0, which no broker answers. */
    public int sendWithoutReply(ApiMessage request, int version) throws IOException {
        int correlationId = nextCorrelationId++;
        sendFrame(frame(request, version, correlationId));
        return correlationId;
    }

    /** Header and body as one frame, without the size before it. */
    public static byte[] frame(ApiMessage request, int version, int correlationId) {
        ApiMessageType type = ApiMessageType.fromApiKey(request.apiKey());
        short headerVersion = type.requestHeaderVersion((short) version);
        RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(request.apiKey())
                .setRequestApiVersion((short) version)
                .setCorrelationId(correlationId)
                .setClientId("wire");
        ObjectSerializationCache cache = new ObjectSerializationCache();
        int size = header.size(cache, headerVersion) + request.size(cache, (short) version);
        ByteBufferAccessor out = new ByteBufferAccessor(ByteBuffer.allocate(size));
        header.write(out, cache, headerVersion);
        request.write(out, cache, (short) version);
        return out.buffer().array();
    }

    public void sendFrame(byte[] frame) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(4 + frame.length);
        all.putInt(frame.length).put(frame);
        sendBytes(all.array());
    }

    public void sendBytes(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    public ApiMessage receive() throws IOException {
        Pending expected = pending.remove();
        ByteBuffer frame = receiveFrame();
        short headerVersion = expected.type().responseHeaderVersion(expected.version());
        ByteBufferAccessor readable = new ByteBufferAccessor(frame);
        ResponseHeaderData header = new ResponseHeaderData(readable, headerVersion);
        if (header.correlationId() != expected.correlationId()) {
            throw new IllegalStateException("expected the answer to request " + expected.correlationId() + " ("
                    + expected.type() + " v" + expected.version() + ") and got that to " + header.correlationId());
        }
        ApiMessage response = expected.type().newResponse();
        response.read(readable, expected.version());
        if (frame.hasRemaining()) {
            throw new IllegalStateException(
                    frame.remaining() + " bytes too many after " + expected.type() + " v" + expected.version());
        }
        return response;
    }

    /** One frame without its size. A closed connection is an {@link EOFException}. */
    public ByteBuffer receiveFrame() throws IOException {
        int size;
        try {
            size = in.readInt();
        } catch (SocketException e) {
            throw closed(e);
        }
        if (size < 0 || size > 256 << 20) {
            throw new IllegalStateException("an answer that claims " + size + " bytes");
        }
        byte[] frame = new byte[size];
        in.readFully(frame);
        return ByteBuffer.wrap(frame);
    }

    /** Whether the broker closes the connection within the limit; anything that arrives before is thrown away. */
    public boolean closedWithinMs(int limitMs) throws IOException {
        socket.setSoTimeout(limitMs);
        try {
            byte[] sink = new byte[8192];
            while (in.read(sink) >= 0) {
                // An answer before the close is not what is asked here.
            }
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        } finally {
            if (!socket.isClosed()) {
                socket.setSoTimeout(REPLY_LIMIT_MS);
            }
        }
    }

    public void replyLimitMs(int limitMs) throws IOException {
        socket.setSoTimeout(limitMs);
    }

    private static EOFException closed(SocketException e) {
        EOFException eof = new EOFException("connection closed by the broker");
        eof.initCause(e);
        return eof;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
