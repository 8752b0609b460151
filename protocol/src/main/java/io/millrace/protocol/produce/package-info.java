/**
 * The lean codec of Produce v3-13: headers are decoded, record bytes stay where they arrived.
 *
 * <p>Lives here: {@link io.millrace.protocol.produce.ProduceRequestDecoder} (open this first), the request, the response
 * and its encoder. Never import here: Kafka's generated produce classes (they are the oracle of the tests) or anything
 * that looks inside a record batch.
 */
package io.millrace.protocol.produce;
