/**
 * Kafka's record batch, format v2: reading its header in place, checking it, walking its records, building new ones.
 *
 * <p>Must never be imported here: files, producer state, replica state.
 *
 * <p>Open first: {@link io.millrace.log.batch.BatchHeader}, which has the byte layout.
 */
package io.millrace.log.batch;
