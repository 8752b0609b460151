/**
 * The Kafka listeners: Netty handlers of our own on Vert.x's event loops, from bytes to decoded requests and back.
 *
 * <p>Open {@link io.millrace.verticles.listener.KafkaConnection} first: it is the life of one connection. {@link
 * io.millrace.verticles.listener.FrameAssembler} cuts the stream into bounded frames, {@link
 * io.millrace.verticles.listener.ResponseQueue} keeps answers in the order of the requests. Never imported here: the
 * log, the shards, Hazelcast.
 */
package io.millrace.verticles.listener;
