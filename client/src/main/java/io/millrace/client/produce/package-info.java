/**
 * From records to acknowledged batches: partitioning, batching, sequences, retries.
 *
 * <p>Open {@link io.millrace.client.produce.Sender} first.
 */
package io.millrace.client.produce;
