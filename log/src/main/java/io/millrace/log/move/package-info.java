/**
 * Moving a replica from one log directory of a node to another while it serves (KIP-113): what to do next is {@link
 * io.millrace.log.move.MoveStep}'s pure choice, {@link io.millrace.log.move.ReplicaMove} does it. Names on the disk and their
 * order are {@link io.millrace.log.store.MovingReplicas}' affair. Nothing here knows brokers or roles.
 */
package io.millrace.log.move;
