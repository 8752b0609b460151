/**
 * One partition's log: what the rest of the broker may use. Nothing here knows Kafka's requests, Vert.x, Netty or
 * Hazelcast; bytes arrive as {@link io.millrace.log.Payload} and errors leave as {@link io.millrace.log.AppendError}.
 *
 * <p>Must never be imported here: anything outside the JDK, slf4j and the optional codecs.
 *
 * <p>Open first: {@link io.millrace.log.AppendOutcome}, which says all that can become of a write.
 */
package io.millrace.log;
