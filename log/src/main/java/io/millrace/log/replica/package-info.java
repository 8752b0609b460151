/**
 * The rules of one replica: who leads, who counts for an acknowledgement, how far consumers may read. Pure: time comes in
 * as a number, consequences go out through {@link io.millrace.log.replica.ReplicaEffects}.
 *
 * <p>Must never be imported here: anything that does I/O, keeps time or runs threads; the log itself (its cursors are told
 * to the machine).
 *
 * <p>Open first: {@link io.millrace.log.replica.ReplicaMachine}.
 */
package io.millrace.log.replica;
