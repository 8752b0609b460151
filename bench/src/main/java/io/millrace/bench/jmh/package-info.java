/**
 * JMH over single classes: {@code bin/bench jmh}. These figures say where time goes inside; what a user gets is measured
 * over the socket in the package above.
 *
 * <p>May import {@code log}; nothing here is imported by anything.
 *
 * <p>Open first: {@link io.millrace.bench.jmh.BatchCheck}.
 */
package io.millrace.bench.jmh;
