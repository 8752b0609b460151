package io.millrace.log.segment;

import java.io.IOException;

/**
 * A segment's bytes are not batches any more although they were written whole. The device answered, so the directory stays
 * online; these offsets cannot be served. Thread: any.
 */
public final class DamagedSegmentException extends IOException {
    DamagedSegmentException(String message) {
        super(message);
    }
}
