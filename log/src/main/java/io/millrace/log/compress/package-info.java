/**
 * The codecs of record batches, byte-compatible with Kafka's: a stream over the records of one batch in each direction.
 *
 * <p>Must never be imported here: anything of a batch but its bytes. Only the class of a codec may import that codec's
 * jar, because every jar but the JDK may be absent.
 *
 * <p>Open first: {@link io.millrace.log.compress.Compression}.
 */
package io.millrace.log.compress;
