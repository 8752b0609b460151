/** Measures the storage engine by itself; run by hand, see {@link io.millrace.log.bench.LogBench}. */
package io.millrace.log.bench;
