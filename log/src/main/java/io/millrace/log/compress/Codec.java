package io.millrace.log.compress;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * One packing. An implementation is the only class that names its jar's types.
 *
 * <p>Thread: any; the streams are used by one thread.
 */
interface Codec {
    InputStream unpack(ByteBuffer packed) throws IOException;

    OutputStream pack(OutputStream sink, int level) throws IOException;

    /** Touches the jar, so that its absence shows here and not in the middle of a batch. */
    default void probe() {}
}
