/**
 * From partitions to records in the order of their offsets, no more than is asked for.
 *
 * <p>Open {@link io.millrace.client.consume.Fetcher} first.
 */
package io.millrace.client.consume;
