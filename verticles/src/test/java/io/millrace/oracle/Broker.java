package io.millrace.oracle;

import java.nio.file.Path;

/**
 * A real broker in its own process on loopback: the oracle or ours.
 *
 * <p>Thread: the test that started it.
 */
public interface Broker extends AutoCloseable {
    /** As a failure message names it. */
    String name();

    int port();

    /** The port of a second listener, named SECOND. */
    int secondPort();

    default String bootstrap() {
        return "127.0.0.1:" + port();
    }

    long pid();

    Path dataDirectory();

    Path logFile();

    /** SIGKILL; returns when the process is gone. */
    void kill();

    /** SIGTERM; returns when the process is gone, which a broker that hangs makes an error. */
    void terminate();

    /** Starts the process again on the same data and ports; returns when it answers. */
    void startAgain();

    /** Ends the process if it runs and deletes its data. */
    @Override
    void close();
}
