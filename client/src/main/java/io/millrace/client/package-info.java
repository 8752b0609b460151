/**
 * Produce and consume over the event bus: what an application of Vert.x needs, and nothing of the broker.
 *
 * <p>Open {@link io.millrace.client.LogClient} first, then {@link io.millrace.client.LogProducer} and {@link
 * io.millrace.client.LogConsumer}. This package is the whole API; those below it are how it is done. Never import here:
 * Kafka's client, Hazelcast, anything of the broker but {@code io.millrace.log}'s batch format.
 */
package io.millrace.client;
