package io.millrace.protocol;

/**
 * What this broker says and does about one API: the versions, and the bounds of one request.
 *
 * <p>{@code minAdvertised <= minServed <= max}. They differ for Produce only: some clients conclude from a missing
 * Produce v0 that compression is not supported (KAFKA-18659), so it is advertised, and a request below
 * {@code minServed} closes the connection, as Apache Kafka does.
 *
 * <p>Thread: any; immutable.
 *
 * @param maxFrameBytes largest accepted frame, without its four length bytes
 * @param maxFields most primitive values that one request may hold; bounds the heap that decoding takes, since every
 *     element of every list costs at least one
 * @param heapBytesPerField most heap that decoding takes per primitive value, with input made to be as bad as possible
 *     (measured by {@code DecodeAmplificationTest})
 */
public record ApiSpec(
        Api api,
        short minAdvertised,
        short minServed,
        short max,
        int maxFrameBytes,
        int maxFields,
        int heapBytesPerField) {

    /** What a decode may take regardless of its input: the message with its first lists, or the exception. */
    public static final int HEAP_BYTES_CONSTANT = 16 << 10;

    public ApiSpec {
        if (minAdvertised > minServed || minServed > max) {
            throw new IllegalArgumentException(api.title() + ": versions out of order");
        }
        if (maxFrameBytes <= 0 || maxFields <= 0 || heapBytesPerField <= 0) {
            throw new IllegalArgumentException(api.title() + ": bounds must be positive");
        }
    }

    public short key() {
        return api.key();
    }

    public String name() {
        return api.title();
    }

    /** Whether requests of this version are answered. */
    public boolean serves(short version) {
        return version >= minServed && version <= max;
    }

    public short requestHeaderVersion(short version) {
        return api.requestHeaderVersion(version);
    }

    public short responseHeaderVersion(short version) {
        return api.responseHeaderVersion(version);
    }

    /** Most heap that a message takes of which so many values and bytes were read. */
    public long decodedBytes(int fieldsRead, int bytesRead) {
        return (long) heapBytesPerField * fieldsRead + 2L * bytesRead;
    }

    /** Most heap that decoding a frame of this size takes beside the frame itself: what a memory permit should cover. */
    public long maxDecodedBytes(int frameBytes) {
        // Each value takes at least a byte of the frame; a byte of text becomes at most two bytes of a string.
        long fields = Math.min(maxFields, frameBytes);
        long textBytes = api == Api.PRODUCE ? Math.min(frameBytes, 4L * Short.MAX_VALUE) : frameBytes;
        return HEAP_BYTES_CONSTANT + heapBytesPerField * fields + 2 * textBytes;
    }
}
