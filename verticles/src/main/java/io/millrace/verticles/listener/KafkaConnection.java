package io.millrace.verticles.listener;

import io.millrace.protocol.Api;
import io.millrace.protocol.MalformedRequestException;
import io.millrace.protocol.MessageCodec;
import io.millrace.protocol.RequestHeaderDecoder;
import io.millrace.verticles.metrics.LoopMetrics;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one client connection: frames in, requests served in their order, answers out in
 * the same.
 *
 * <p>It stops reading from its socket while too many of its requests are unanswered, while the node's request memory is
 * used up, and while the client does not take its answers. Writes are flushed once per turn of the loop.
 *
 * <p>Thread: its event loop.
 */
final class KafkaConnection extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(KafkaConnection.class);

    private final ListenerContext listener;
    private final ResponseQueue responses = new ResponseQueue();
    private FrameAssembler assembler;
    private RequestHeaderDecoder headers;
    private ChannelHandlerContext channel;
    private InetSocketAddress remote;
    private LoopMetrics metrics;
    private ByteBuf leftover;
    /** A request that must not begin before those ahead of it have been answered, and what its frame holds. */
    private ByteBuf stalled;

    private int stalledPermitBytes;
    private short runningKey;
    private boolean waitingForMemory;
    private boolean turning;
    private boolean consuming;
    private boolean flushScheduled;
    private boolean dirty;
    private boolean closed;
    private long lastReadNanos;
    private long frameStartedNanos;
    private ScheduledFuture<?> watch;

    KafkaConnection(ListenerContext listener) {
        this.listener = listener;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channel = ctx;
        remote = (InetSocketAddress) ctx.channel().remoteAddress();
        metrics = listener.metrics().here();
        assembler = new FrameAssembler(ctx.alloc(), listener.frameLimits(), listener.memory());
        headers = new RequestHeaderDecoder(listener.dispatcher().registry());
        lastReadNanos = System.nanoTime();
        metrics.connectionsOpened.increment();
        watchAfter(Math.min(listener.limits().idleMs(), listener.limits().frameMs()));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (closed) {
            in.release();
            return;
        }
        lastReadNanos = System.nanoTime();
        metrics.socketBytesIn.add(in.readableBytes());
        turning = true;
        if (leftover != null) {
            leftover = Unpooled.wrappedBuffer(leftover, in);
        } else {
            leftover = in;
        }
        consume();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        turning = false;
        flushIfDirty();
    }

    /** Where the socket may be read to: see {@link FrameAssembler#lend}; null when it may not. */
    ByteBuf frameSpace() {
        return assembler == null || leftover != null || closed ? null : assembler.lend();
    }

    /** Serves what has been read as far as the bounds allow, and decides whether to go on reading. */
    private void consume() {
        if (consuming) {
            return;
        }
        consuming = true;
        try {
            consumeLeftover();
        } catch (Throwable failure) {
            // No memory for a frame, above all. This may be a task of the loop, which nobody else looks after.
            log.error("connection of {} failed", remote, failure);
            closeNow(String.valueOf(failure.getMessage()));
        }
        consuming = false;
        if (!closed) {
            channel.channel()
                    .config()
                    .setAutoRead(leftover == null && stalled == null && roomForRequests() && isWritable());
        }
    }

    private void consumeLeftover() {
        while (leftover != null
                && !closed
                && !waitingForMemory
                && stalled == null
                && roomForRequests()
                && isWritable()) {
            if (listener.decoded().isFull()) {
                waitFor(listener.decoded());
                break;
            }
            boolean wasMidFrame = assembler.isMidFrame();
            switch (assembler.feed(leftover)) {
                case NEED_BYTES -> {
                    if (!wasMidFrame) {
                        frameStartedNanos = lastReadNanos;
                    }
                    dropLeftover();
                }
                case FRAME -> {
                    if (!leftover.isReadable()) {
                        dropLeftover();
                    }
                    serve(assembler.take(), assembler.takenPermitBytes());
                }
                case NEED_MEMORY -> waitFor(listener.memory());
                case REFUSED -> {
                    metrics.malformedFrames.increment();
                    closeNow(assembler.refusal());
                }
            }
        }
    }

    private void waitFor(RequestMemory exhausted) {
        waitingForMemory = true;
        exhausted.whenReleased(() -> loop().execute(this::memoryReleased));
    }

    private boolean roomForRequests() {
        return responses.size() < listener.limits().maxRequestsInFlight();
    }

    private boolean isWritable() {
        return channel.channel().isWritable();
    }

    private void memoryReleased() {
        waitingForMemory = false;
        consume();
    }

    /**
     * Begins a request, or stalls it: as in Kafka each request sees what those ahead of it on its connection have done.
     * Several Produces or several Fetches may run side by side, because a partition takes them in their order anyway.
     */
    private void serve(ByteBuf frame, int permitBytes) {
        short key = frame.getShort(frame.readerIndex());
        if (responses.size() == 0 || key == runningKey && (key == Api.PRODUCE.key() || key == Api.FETCH.key())) {
            begin(key, frame, permitBytes);
        } else {
            stalled = frame;
            stalledPermitBytes = permitBytes;
        }
    }

    private void begin(short key, ByteBuf frame, int permitBytes) {
        runningKey = key;
        PendingRequest request = new PendingRequest(this, frame, permitBytes, lastReadNanos);
        responses.add(request);
        try {
            listener.dispatcher().dispatch(headers, frame, request);
            request.handled(System.nanoTime());
        } catch (MalformedRequestException malformed) {
            metrics.malformedFrames.increment();
            if (request.isAnswered()) {
                closeNow(malformed.getMessage());
            } else {
                request.close(malformed.getMessage());
            }
        } catch (Throwable bug) {
            // An error too: no memory for the request or its answer, above all.
            request.failed(bug);
        }
    }

    void requestFailed() {
        metrics.requestsFailed.increment();
    }

    /** Called by a request whose answer is ready; sends all answers that are now in order. */
    void answered(PendingRequest request) {
        if (closed) {
            request.discard();
            return;
        }
        boolean wasFull = !roomForRequests();
        for (PendingRequest next = responses.pollAnswered(); next != null; next = responses.pollAnswered()) {
            if (next.closeReason() != null) {
                closeNow(next.closeReason());
                return;
            }
            send(next);
            if (next.closeBehindReason() != null) {
                closeNow(next.closeBehindReason());
                return;
            }
        }
        if (!turning && dirty && !flushScheduled) {
            flushScheduled = true;
            loop().execute(this::scheduledFlush);
        }
        if (stalled != null && responses.size() == 0) {
            ByteBuf frame = stalled;
            stalled = null;
            begin(frame.getShort(frame.readerIndex()), frame, stalledPermitBytes);
            consume();
        } else if (wasFull && roomForRequests()) {
            consume();
        }
    }

    private void send(PendingRequest request) {
        for (Object part : request.parts()) {
            long bytes = part instanceof ByteBuf buffer ? buffer.readableBytes() : ((FileRegion) part).count();
            metrics.socketBytesOut.add(bytes);
            channel.write(part, channel.voidPromise());
            dirty = true;
        }
        if (request.api() != null) {
            metrics.requestCompleted(
                    request.api().key(),
                    request.version(),
                    request.errorCode(),
                    request.handledNanos(),
                    System.nanoTime() - request.receivedAtNanos());
        }
    }

    private void scheduledFlush() {
        flushScheduled = false;
        flushIfDirty();
    }

    private void flushIfDirty() {
        if (dirty) {
            dirty = false;
            channel.flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        consume();
    }

    /** Closes idle connections and those whose frame does not get complete; one timer per connection, rarely armed. */
    private void watchAfter(long delayMs) {
        watch = loop().schedule(this::checkProgress, Math.max(1, delayMs), TimeUnit.MILLISECONDS);
    }

    private void checkProgress() {
        if (closed) {
            return;
        }
        long now = System.nanoTime();
        if (stalled != null || !roomForRequests() || !isWritable()) {
            // Not read from at present, so what is missing of a frame is not the client's fault.
            frameStartedNanos = now;
        }
        long idleMs = TimeUnit.NANOSECONDS.toMillis(now - lastReadNanos);
        long frameMs = assembler.isMidFrame() ? TimeUnit.NANOSECONDS.toMillis(now - frameStartedNanos) : 0;
        if (frameMs >= listener.limits().frameMs()) {
            closeNow("a request was not complete after " + frameMs + " ms");
        } else if (idleMs >= listener.limits().idleMs() && responses.size() == 0) {
            closeNow("idle for " + idleMs + " ms");
        } else {
            long untilIdle = Math.max(1000, listener.limits().idleMs() - idleMs);
            watchAfter(Math.min(untilIdle, listener.limits().frameMs()));
        }
    }

    /** Closes at once; answers that are not sent yet are lost, as when a client goes away. */
    void closeNow(String reason) {
        if (!closed) {
            log.debug("closing the connection of {}: {}", remote, reason);
            flushIfDirty();
            channel.close();
            ended();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended();
    }

    private void ended() {
        if (closed) {
            return;
        }
        closed = true;
        metrics.connectionsClosed.increment();
        watch.cancel(false);
        dropLeftover();
        assembler.release();
        if (stalled != null) {
            stalled.release();
            stalled = null;
            releaseMemory(stalledPermitBytes);
        }
        // Requests still being served keep their memory until their handlers answer.
        for (PendingRequest request = responses.pollAny(); request != null; request = responses.pollAny()) {
            request.connectionEnded();
        }
    }

    private void dropLeftover() {
        if (leftover != null) {
            leftover.release();
            leftover = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.error("connection of {} failed", remote, cause);
        }
        closeNow(String.valueOf(cause.getMessage()));
    }

    void releaseMemory(int bytes) {
        listener.memory().release(bytes);
    }

    RequestMemory decodedMemory() {
        return listener.decoded();
    }

    String listenerName() {
        return listener.name();
    }

    InetSocketAddress remoteAddress() {
        return remote;
    }

    EventLoop loop() {
        return channel.channel().eventLoop();
    }

    MessageCodec codec() {
        return listener.dispatcher().codec();
    }

    ByteBufAllocator allocator() {
        return channel.alloc();
    }

    boolean isClosed() {
        return closed;
    }
}
