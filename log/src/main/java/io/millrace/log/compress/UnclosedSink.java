package io.millrace.log.compress;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Keeps a codec's close from closing the caller's stream.
 *
 * <p>Thread: one.
 */
final class UnclosedSink extends FilterOutputStream {
    UnclosedSink(OutputStream sink) {
        super(sink);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        out.write(bytes, from, count);
    }

    @Override
    public void close() throws IOException {
        out.flush();
    }
}
