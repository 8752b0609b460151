package io.millrace.verticles.handler;

import io.millrace.log.FileSlice;
import io.millrace.log.Payload;
import io.millrace.protocol.fetch.RecordsPart;
import io.millrace.verticles.shard.ByteBufPayload;
import io.millrace.verticles.wire.FileBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultFileRegion;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * A piece of a fetch answer's records, and how Netty sends it without a copy.
 *
 * <p>Thread: the connection's event loop.
 */
sealed interface FetchPart extends RecordsPart {
    /** What is written to the channel; takes the part's reference over. */
    Object toNetty();

    /** Gives it back instead. */
    void release();

    /** Batches in memory. */
    record Memory(Payload payload) implements FetchPart {
        @Override
        public int sizeBytes() {
            return payload.sizeBytes();
        }

        @Override
        public Object toNetty() {
            return payload instanceof ByteBufPayload netty ? netty.buffer() : Unpooled.wrappedBuffer(payload.bytes());
        }

        @Override
        public void release() {
            payload.release();
        }
    }

    /** Batches in a segment file, already in the page cache. */
    record InFile(FileSlice slice) implements FetchPart {
        @Override
        public int sizeBytes() {
            return slice.sizeBytes();
        }

        @Override
        public Object toNetty() {
            return new Region(slice);
        }

        @Override
        public void release() {
            slice.release();
        }
    }

    /** A file region that gives its slice back instead of closing the file, which other readers share. */
    final class Region extends DefaultFileRegion implements FileBytes {
        private final FileSlice slice;

        Region(FileSlice slice) {
            super(slice.file().channel().orElseThrow(), slice.position(), slice.sizeBytes());
            this.slice = slice;
        }

        @Override
        public void readInto(ByteBuf target) throws IOException {
            FileChannel file = slice.file().channel().orElseThrow();
            int done = 0;
            while (done < slice.sizeBytes()) {
                int read = target.writeBytes(file, slice.position() + done, slice.sizeBytes() - done);
                if (read <= 0) {
                    throw new IOException("a segment ends " + (slice.sizeBytes() - done) + " bytes early");
                }
                done += read;
            }
        }

        @Override
        public void check() throws IOException {
            long missing = slice.position()
                    + slice.sizeBytes()
                    - slice.file().channel().orElseThrow().size();
            if (missing > 0) {
                throw new IOException("a segment ends " + missing + " bytes early");
            }
        }

        @Override
        protected void deallocate() {
            slice.release();
        }
    }
}
