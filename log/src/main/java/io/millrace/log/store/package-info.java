/**
 * One log directory as a whole: who owns it ({@code meta.properties}, the lock), how the last process stopped, the
 * checkpoint of all its partitions, strays and deletion, and what moves of replicas between directories leave in it.
 * Never decides about the content of a partition. Open {@link io.millrace.log.store.LogDirectory} first.
 */
package io.millrace.log.store;
