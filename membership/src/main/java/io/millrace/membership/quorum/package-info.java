/**
 * Agreement on one log of opaque record batches among 1, 3 or 5 voters, as KRaft does it: pre-vote, votes that are
 * durable before they are answered, followers that pull, commits by majority, snapshots.
 *
 * <p>Three layers: the pure machine ({@link io.millrace.membership.quorum.QuorumMachine}: events and time in, effects
 * out), the storage behind {@link io.millrace.membership.quorum.QuorumStore}, and the driver
 * {@link io.millrace.membership.quorum.QuorumNode} that joins both for an owner. Open the machine first.
 *
 * <p>The rules Q1 to Q8 that keep a committed record for ever are named where they are kept. Never import here: Vert.x,
 * Hazelcast, the meaning of a record ({@code membership.record}), a clock or a thread.
 */
package io.millrace.membership.quorum;
