package io.millrace.log.compress;

/**
 * A batch is packed with a codec whose jar is not on the class path. The batch can be stored and served, not looked into:
 * answer that the compression type is not supported.
 *
 * <p>Thread: any.
 */
public final class CodecMissingException extends RuntimeException {
    CodecMissingException(String codec, String jar, Throwable cause) {
        super(codec + " batches cannot be read or written here: " + jar + " is not on the class path", cause);
    }
}
