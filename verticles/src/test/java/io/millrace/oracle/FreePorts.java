package io.millrace.oracle;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for those who have to be told one before they listen. Outside of what the system gives to outgoing connections: one of
 * those could take it meanwhile. No two are the same.
 *
 * <p>Thread: any.
 */
public final class FreePorts {
    private static final int LOWEST = 15_000;
    /** Linux begins with outgoing connections a little above. */
    private static final int LOWEST_EPHEMERAL = 32_000;

    private static final int COUNT = LOWEST_EPHEMERAL - LOWEST;
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(COUNT));

    private FreePorts() {}

    /** A port that nobody listens on right now. */
    public static int next() {
        for (int attempt = 0; attempt < COUNT; attempt++) {
            int port = LOWEST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // The next one, then.
            }
        }
        throw new IllegalStateException("no free port");
    }
}
