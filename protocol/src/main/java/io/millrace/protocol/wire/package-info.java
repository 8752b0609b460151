/**
 * Bounded views of a netty buffer for Kafka's generated message classes.
 *
 * <p>Lives here: reading ({@link io.millrace.protocol.wire.ByteBufReadable}, open this first: it is where hostile input
 * is stopped) and writing. Never import here: anything that knows an API or a version.
 */
package io.millrace.protocol.wire;
