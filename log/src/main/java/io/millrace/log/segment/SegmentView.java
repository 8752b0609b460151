package io.millrace.log.segment;

import io.millrace.log.io.FileRef;
import java.nio.file.Path;

/**
 * A segment at one moment, for the read pool. Thread: any (immutable).
 *
 * @param bytes how much of the file may be read
 * @param endOffset where the next segment goes on (of the active one: the written end)
 * @param maxTimestamp {@link #UNKNOWN} when the index file has not been read
 * @param maxTimestampBatch base offset of the first batch that has it
 */
public record SegmentView(
        FileRef file, long baseOffset, long endOffset, int bytes, long maxTimestamp, long maxTimestampBatch) {
    static final long UNKNOWN = -2;

    Path path() {
        return file.path();
    }

    boolean summaryKnown() {
        return maxTimestamp != UNKNOWN;
    }
}
