package io.millrace.client.link;

import io.netty.buffer.ByteBuf;

/**
 * Where the body of one awaited answer is put when it is taken from the bus before Vert.x decodes it. Whoever comes too late finds it
 * closed, so that no memory is left to nobody.
 *
 * <p>Thread: any.
 */
final class AnswerSlot {
    private ByteBuf body;
    private boolean closed;

    /** Puts the body here, its reference with it; false when nobody waits for it any more. */
    synchronized boolean fill(ByteBuf answer) {
        if (closed || body != null) {
            return false;
        }
        body = answer;
        return true;
    }

    /** What has been put here, with its reference; null when nothing has, and nothing will be. */
    synchronized ByteBuf close() {
        ByteBuf taken = body;
        body = null;
        closed = true;
        return taken;
    }
}
