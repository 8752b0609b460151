/**
 * Comparisons with the oracle: a real Apache Kafka in its own process is asked the same as a real Millrace, and the two
 * answers must be equal. {@link io.millrace.oracle.BothBrokers} starts the two once per test run; {@link
 * io.millrace.oracle.WireClient} asks over a plain socket.
 *
 * <p>Never import Millrace's own classes here: what is compared is what travels over the socket, and a helper shared with
 * the broker would hide a mistake they have in common.
 *
 * <p>Open first: {@link io.millrace.oracle.BothBrokers}, then any of the {@code Section*Test} classes.
 */
package io.millrace.oracle;
