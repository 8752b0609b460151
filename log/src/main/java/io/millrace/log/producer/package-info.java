/**
 * What a partition knows of its idempotent and transactional producers: enough to recognise a repeated batch, to refuse a
 * batch out of order, and to say how far committed data reaches.
 *
 * <p>Must never be imported here: files, replica state. The state is rebuilt from snapshots and the log; it is never the
 * only copy of anything.
 *
 * <p>Open first: {@link io.millrace.log.producer.ProducerStateTable}.
 */
package io.millrace.log.producer;
