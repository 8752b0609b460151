/**
 * Measures Millrace and Apache Kafka side by side, in one run, and prints the ratios: {@code bin/bench}. Never shipped.
 *
 * <p>What is measured runs in processes of its own and is met over its socket only, so nothing of Millrace may be
 * imported here; {@code io.millrace.bench.jmh} is the exception, it measures single classes.
 *
 * <p>Open first: {@link io.millrace.bench.Bench}.
 */
package io.millrace.bench;
