package io.millrace.protocol.fetch;

/**
 * Record bytes that the caller will send in the place where the encoder names them: a slice of memory or a region of a
 * file. The encoder only needs to know how many there are.
 *
 * <p>Thread: as the implementation says.
 */
public interface RecordsPart {
    int sizeBytes();
}
