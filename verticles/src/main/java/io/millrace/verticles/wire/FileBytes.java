package io.millrace.verticles.wire;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * A part of an answer that lies in a file, for whoever has no socket to send the file to.
 *
 * <p>Thread: the answer's loop; the bytes are in the page cache by then.
 */
public interface FileBytes {
    /** Appends all of it to the target, which has the room; fails when the file ends early. */
    void readInto(ByteBuf target) throws IOException;
}
