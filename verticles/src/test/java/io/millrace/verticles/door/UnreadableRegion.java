package io.millrace.verticles.door;

import io.millrace.verticles.wire.FileBytes;
import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * A part of an answer that cannot be read: its disk has failed, or there is no memory.
 *
 * <p>Thread: the test's.
 */
final class UnreadableRegion extends AbstractReferenceCounted implements FileRegion, FileBytes {
    private final Throwable why;
    private final int sizeBytes;

    UnreadableRegion(Throwable why) {
        this(why, 100);
    }

    UnreadableRegion(Throwable why, int sizeBytes) {
        this.why = why;
        this.sizeBytes = sizeBytes;
    }

    @Override
    public void readInto(ByteBuf target) throws IOException {
        check();
    }

    @Override
    public void check() throws IOException {
        if (why instanceof IOException failed) {
            throw failed;
        }
        if (why instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) why;
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    @Deprecated
    public long transfered() {
        return 0;
    }

    @Override
    public long transferred() {
        return 0;
    }

    @Override
    public long count() {
        return sizeBytes;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
        throw new IOException("planted");
    }

    @Override
    public FileRegion retain() {
        super.retain();
        return this;
    }

    @Override
    public FileRegion retain(int increment) {
        super.retain(increment);
        return this;
    }

    @Override
    public FileRegion touch() {
        return this;
    }

    @Override
    public FileRegion touch(Object hint) {
        return this;
    }

    @Override
    protected void deallocate() {}
}
