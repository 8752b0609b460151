/**
 * The lean codec of Fetch v4-18: response headers are written around record bytes that are never copied.
 *
 * <p>Lives here: {@link io.millrace.protocol.fetch.FetchRequestDecoder} and
 * {@link io.millrace.protocol.fetch.FetchResponseEncoder} (open this first). Never import here: Kafka's generated fetch
 * classes (they are the oracle of the tests) or anything that looks inside a record batch.
 */
package io.millrace.protocol.fetch;
