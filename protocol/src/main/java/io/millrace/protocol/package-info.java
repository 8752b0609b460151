/**
 * Kafka's wire protocol: which APIs and versions are served, request headers, bounded decoding and encoding.
 *
 * <p>Lives here: {@link io.millrace.protocol.ApiRegistry} (open this first), the header decoder, the codec of the
 * generated message classes, and in sub-packages the bounded buffers ({@code wire}) and the lean codecs of the two hot
 * APIs ({@code produce}, {@code fetch}). Never import here: Vert.x, netty beyond {@code io.netty.buffer}, or any other
 * module of this house.
 */
package io.millrace.protocol;
