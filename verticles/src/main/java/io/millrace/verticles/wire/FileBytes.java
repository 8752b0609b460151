package io.millrace.verticles.wire;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * A part of an answer that lies in a file, for whoever has no socket to send the file to, or shares one.
 *
 * <p>Thread: the answer's loop; the bytes are in the page cache by then.
 */
public interface FileBytes {
    /** Appends all of it to the target, which has the room; fails when the file ends early. */
    void readInto(ByteBuf target) throws IOException;

    /** Fails when the file ends early, before a socket finds that out in the middle of a message. */
    void check() throws IOException;
}
