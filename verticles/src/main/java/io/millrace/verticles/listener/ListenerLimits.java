package io.millrace.verticles.listener;

/**
 * The bounds of a listener.
 *
 * <p>Thread: any; immutable.
 *
 * @param maxConnections connections of the whole node ({@code max.connections}); one more is closed at once
 * @param maxConnectionsPerIp connections of one client address ({@code max.connections.per.ip})
 * @param maxRequestsInFlight requests of one connection that may be served at a time; then it is not read from
 * @param maxRequestBytes the largest frame of a Produce ({@code socket.request.max.bytes})
 * @param idleMs a connection without a byte for so long is closed ({@code connections.max.idle.ms})
 * @param frameMs a frame that is not complete after so long closes its connection
 * @param sendBufferBytes what the kernel may hold of a connection's answers ({@code socket.send.buffer.bytes}); not
 *     positive leaves it to the kernel, which lets it grow to megabytes
 * @param receiveBufferBytes the same for requests ({@code socket.receive.buffer.bytes}, when it is set)
 */
public record ListenerLimits(
        int maxConnections,
        int maxConnectionsPerIp,
        int maxRequestsInFlight,
        int maxRequestBytes,
        long idleMs,
        long frameMs,
        int sendBufferBytes,
        int receiveBufferBytes) {
    private static final int SEND_BUFFER_BYTES = 100 * 1024;
    private static final int LEFT_TO_THE_KERNEL = -1;

    /** Kafka's defaults; 64 requests in flight, 30 s for a frame, receive buffers that the kernel sizes. */
    public static final ListenerLimits DEFAULTS = new ListenerLimits(
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            64,
            100 * 1024 * 1024,
            600_000,
            30_000,
            SEND_BUFFER_BYTES,
            LEFT_TO_THE_KERNEL);
}
