package io.millrace.log.segment;

import io.millrace.log.SegmentFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads one batch with its records onto the heap. Thread: the pools. */
final class WholeBatch {
    private WholeBatch() {}

    static ByteBuffer read(SegmentFile file, long position, int sizeBytes) throws IOException {
        ByteBuffer batch = ByteBuffer.allocate(sizeBytes);
        while (batch.hasRemaining()) {
            if (file.read(batch, position + batch.position()) <= 0) {
                throw new EOFException(file + " ends inside the batch at " + position);
            }
        }
        return batch.flip();
    }
}
