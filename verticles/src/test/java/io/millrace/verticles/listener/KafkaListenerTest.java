package io.millrace.verticles.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.Api;
import io.millrace.protocol.ApiRegistry;
import io.millrace.verticles.handler.RequestContext;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.vertx.core.Vertx;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.Writable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class KafkaListenerTest {
    private static final short VERSION = 1;
    private static final short FETCH_VERSION = 4;
    private static final int IN_FLIGHT = 4;
    private static final int BUFFER_BYTES = 50_000;

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<RequestContext> served = new LinkedBlockingQueue<>();
    private final RequestMemory memory = new RequestMemory(1 << 20);
    private final RequestMemory decoded = new RequestMemory(100_000);
    private final BrokerMetrics metrics = new BrokerMetrics();
    private KafkaListener listener;
    private InetSocketAddress address;

    @BeforeEach
    void bind() {
        RequestDispatcher dispatcher = new RequestDispatcher(ApiRegistry.standard(1 << 20))
                .serve(
                        Api.LIST_OFFSETS,
                        (ListOffsetsRequestData request, RequestContext context) -> served.add(context));
        dispatcher.serve(Api.FETCH, (FetchRequestData request, RequestContext context) -> served.add(context));
        dispatcher.serve(Api.DESCRIBE_CLUSTER, (DescribeClusterRequestData request, RequestContext context) -> {
            throw new IllegalStateException("a bug in a handler");
        });
        dispatcher.serve(Api.METADATA, (MetadataRequestData request, RequestContext context) -> {
            throw new OutOfMemoryError("planted");
        });
        ListenerLimits limits = new ListenerLimits(3, 3, IN_FLIGHT, 1 << 20, 60_000, 300, BUFFER_BYTES, BUFFER_BYTES);
        listener = new KafkaListener(vertx, dispatcher, limits, memory, decoded, metrics);
        address = listener.bind("PLAINTEXT", new InetSocketAddress("127.0.0.1", 0))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        listener.open();
    }

    @AfterEach
    void close() {
        listener.close()
                .compose(closed -> vertx.close())
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void send(Socket socket, Api api, int correlationId) throws IOException {
        send(socket, api, correlationId, ApiMessageType.fromApiKey(api.key()).newRequest());
    }

    private static void send(Socket socket, Api api, int correlationId, ApiMessage message) throws IOException {
        ByteBuffer body = ByteBuffer.allocate(100_000);
        short version = api == Api.FETCH ? FETCH_VERSION : VERSION;
        short headerVersion = ApiMessageType.fromApiKey(api.key()).requestHeaderVersion(version);
        body.putShort(api.key()).putShort(version).putInt(correlationId).putShort((short) -1);
        if (headerVersion >= 2) {
            body.put((byte) 0);
        }
        ObjectSerializationCache cache = new ObjectSerializationCache();
        message.addSize(new MessageSizeAccumulator(), cache, version);
        message.write(new ByteBufferAccessor(body), cache, version);
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(body.position());
        out.write(body.array(), 0, body.position());
        out.flush();
    }

    private static int receiveCorrelationId(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int size = in.readInt();
        int correlationId = in.readInt();
        in.skipBytes(size - 4);
        return correlationId;
    }

    private RequestContext next() throws InterruptedException {
        return served.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void answersLeaveInTheOrderOfTheRequestsWhateverTheOrderOfTheHandlers() throws Exception {
        try (Socket socket = connect()) {
            for (int id = 1; id <= 3; id++) {
                send(socket, Api.FETCH, id);
            }
            RequestContext first = next();
            RequestContext second = next();
            RequestContext third = next();

            third.respond(new FetchResponseData());
            second.respond(new FetchResponseData());
            first.respond(new FetchResponseData());

            assertThat(receiveCorrelationId(socket)).isEqualTo(1);
            assertThat(receiveCorrelationId(socket)).isEqualTo(2);
            assertThat(receiveCorrelationId(socket)).isEqualTo(3);
        }
    }

    @Test
    void theKernelHoldsNoMoreOfAConnectionThanTheSettingsSay() throws Exception {
        try (Socket socket = connect()) {
            send(socket, Api.FETCH, 1);
            next();

            ChannelConfig connection = listener.connections().iterator().next().config();
            // Linux doubles what it is told, for its own use of it.
            assertThat(connection.getOption(ChannelOption.SO_SNDBUF)).isBetween(BUFFER_BYTES, 2 * BUFFER_BYTES);
            assertThat(connection.getOption(ChannelOption.SO_RCVBUF)).isBetween(BUFFER_BYTES, 2 * BUFFER_BYTES);
        }
    }

    @Test
    void aRequestWithoutAnAnswerDoesNotHoldUpTheNext() throws Exception {
        try (Socket socket = connect()) {
            send(socket, Api.FETCH, 1);
            send(socket, Api.FETCH, 2);

            next().respondNothing();
            next().respond(new FetchResponseData());

            assertThat(receiveCorrelationId(socket)).isEqualTo(2);
        }
    }

    @Test
    void noMoreRequestsAreServedAtATimeThanTheLimitAndTheRestIsServedLater() throws Exception {
        try (Socket socket = connect()) {
            for (int id = 1; id <= IN_FLIGHT + 3; id++) {
                send(socket, Api.FETCH, id);
            }
            RequestContext[] contexts = new RequestContext[IN_FLIGHT];
            for (int i = 0; i < IN_FLIGHT; i++) {
                contexts[i] = next();
            }
            // A round trip over the loop: had the listener read on, the next request would be served by now.
            contexts[0].loop().submit(() -> {}).get();
            assertThat(served).isEmpty();

            for (RequestContext context : contexts) {
                context.respond(new FetchResponseData());
            }
            for (int i = 0; i < 3; i++) {
                next().respond(new FetchResponseData());
            }

            for (int id = 1; id <= IN_FLIGHT + 3; id++) {
                assertThat(receiveCorrelationId(socket)).isEqualTo(id);
            }
            assertThat(memory.inUseBytes()).isZero();
        }
    }

    @Test
    void aRequestBehindOneOfAnotherKindBeginsWhenThatIsAnswered() throws Exception {
        try (Socket socket = connect()) {
            send(socket, Api.FETCH, 1);
            RequestContext fetch = next();
            send(socket, Api.LIST_OFFSETS, 2);
            send(socket, Api.LIST_OFFSETS, 3);
            // Turns of the connection's loop: had the second begun, it would be seen.
            for (int turn = 0; turn < 3; turn++) {
                fetch.loop().submit(() -> {}).get();
            }
            assertThat(served).isEmpty();

            fetch.respond(new FetchResponseData());
            RequestContext second = next();
            assertThat(second.correlationId()).isEqualTo(2);
            second.respond(new ListOffsetsResponseData());
            next().respond(new ListOffsetsResponseData());

            assertThat(receiveCorrelationId(socket)).isEqualTo(1);
            assertThat(receiveCorrelationId(socket)).isEqualTo(2);
            assertThat(receiveCorrelationId(socket)).isEqualTo(3);
        }
        assertThat(memory.inUseBytes()).isZero();
    }

    @Test
    void whileLargeRequestsFillTheHeapTheyMayTakeOthersWait() throws Exception {
        ListOffsetsRequestData large = new ListOffsetsRequestData();
        for (int i = 0; i < 2_000; i++) {
            large.topics().add(new ListOffsetsTopic().setName("topic-" + i));
        }
        try (Socket greedy = connectAndServe();
                Socket modest = connectAndServe()) {
            send(greedy, Api.LIST_OFFSETS, 1, large);
            RequestContext first = next();
            assertThat(decoded.isFull()).isTrue();

            send(modest, Api.LIST_OFFSETS, 2);
            assertThat(served.poll(200, TimeUnit.MILLISECONDS)).isNull();

            first.respond(new ListOffsetsResponseData());
            next().respond(new ListOffsetsResponseData());
            assertThat(receiveCorrelationId(modest)).isEqualTo(2);
            assertThat(decoded.inUseBytes()).isZero();
        }
    }

    @Test
    void aBrokenFrameEndsItsConnectionAndNoOther() throws Exception {
        try (Socket good = connect();
                Socket bad = connect()) {
            new DataOutputStream(bad.getOutputStream()).write(new byte[] {0x7f, -1, -1, -1, 0, 2, 0, 1});
            assertThat(bad.getInputStream().read()).isEqualTo(-1);

            send(good, Api.LIST_OFFSETS, 7);
            next().respond(new ListOffsetsResponseData());
            assertThat(receiveCorrelationId(good)).isEqualTo(7);
        }
    }

    @Test
    void aBugInAHandlerClosesTheConnectionAfterWhatWasAskedBefore() throws Exception {
        try (Socket socket = connect()) {
            send(socket, Api.LIST_OFFSETS, 1);
            send(socket, Api.DESCRIBE_CLUSTER, 2);

            next().respond(new ListOffsetsResponseData());

            assertThat(receiveCorrelationId(socket)).isEqualTo(1);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    /** Netty says with an error that its memory is used up. */
    @Test
    void aRequestOrAnAnswerWithoutMemoryClosesTheConnectionAndIsCounted() throws Exception {
        try (Socket socket = connect()) {
            send(socket, Api.METADATA, 1);

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        try (Socket socket = connect()) {
            send(socket, Api.LIST_OFFSETS, 1);
            next().respond(new ListOffsetsResponseData() {
                @Override
                public void write(Writable writable, ObjectSerializationCache cache, short version) {
                    throw new OutOfMemoryError("planted");
                }
            });

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(metrics.requestsFailed()).isEqualTo(2);
    }

    @Test
    void aFrameThatDoesNotGetCompleteEndsItsConnection() throws Exception {
        try (Socket socket = connect()) {
            new DataOutputStream(socket.getOutputStream()).write(new byte[] {0, 0, 0, 100, 0, 2, 0, 1, 0});

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    /** A round trip: the connection has been admitted. */
    private Socket connectAndServe() throws Exception {
        Socket socket = connect();
        send(socket, Api.LIST_OFFSETS, 1);
        next().respond(new ListOffsetsResponseData());
        assertThat(receiveCorrelationId(socket)).isEqualTo(1);
        return socket;
    }

    @Test
    void oneConnectionMoreThanTheLimitIsClosedAtOnce() throws Exception {
        try (Socket first = connectAndServe();
                Socket second = connectAndServe();
                Socket third = connectAndServe();
                Socket fourth = connect()) {
            assertThat(fourth.getInputStream().read()).isEqualTo(-1);
            assertThat(first.isClosed() || second.isClosed() || third.isClosed())
                    .isFalse();
        }
    }

    @Test
    void anAnswerAfterTheClientHasGoneIsDroppedAndItsMemoryGivenBack() throws Exception {
        Socket socket = connect();
        send(socket, Api.LIST_OFFSETS, 1);
        RequestContext context = next();
        socket.close();
        while (!context.loop().submit(context::isClosed).get()) {
            Thread.onSpinWait();
        }

        context.respond(new ListOffsetsResponseData());

        context.loop().submit(() -> {}).get();
        assertThat(memory.inUseBytes()).isZero();
    }
}
