/**
 * Agreement on one log of opaque record batches among a few voters, as KRaft does it: pre-vote, votes that are durable
 * before they are answered, followers that pull, commits by majority, snapshots. There are 1, 3 or 5 voters when a cluster
 * forms; changes one by one may make them any number up to {@link io.millrace.membership.quorum.VoterSet#MAX_VOTERS}.
 *
 * <p>A cluster forms before that: {@link io.millrace.membership.quorum.FormationMachine}, driven by {@link
 * io.millrace.membership.quorum.FormationNode}.
 *
 * <p>Three layers: the pure machine ({@link io.millrace.membership.quorum.QuorumMachine}: events and time in, effects
 * out), the storage behind {@link io.millrace.membership.quorum.QuorumStore}, and the driver
 * {@link io.millrace.membership.quorum.QuorumNode} that joins both for an owner. Open the machine first.
 *
 * <p>The rules that keep a committed record for ever, each with the test or invariant that breaks when it does:
 *
 * <ul>
 *   <li>Q1 Term and vote are on disk before a vote is answered; one vote per epoch; the longer log wins. {@code
 *       QuorumRulesTest.q1*}, {@code QuorumFilesTest.q1*}, invariant {@code ElectionSafety}.
 *   <li>Q2 A fetch vouches for synced entries only; the leader counts itself up to its own sync. {@code q2*}, invariant
 *       {@code CommittedNeverLost}.
 *   <li>Q3 Nothing commits before a record of the own epoch is on a majority. {@code q3*}, {@code LeaderCompleteness}.
 *   <li>Q4 Pre-vote and check-quorum. {@code q4*}, {@code QuorumResignationTest}.
 *   <li>Q5 Only what is committed is applied or answered; records lie where they were decided for, or nowhere. {@code q5*},
 *       {@code MisplacedProposalTest}, {@code StateMachineSafety}, {@code LogMatching}.
 *   <li>Q6 A voter with another disk is an observer; voters change one at a time, by the log. {@code q6*} in {@code
 *       QuorumRulesTest}, {@code VoterChangeRulesTest} and {@code FormationMachineTest}; {@code FormationSimulationTest},
 *       {@code VoterChangeSimulationTest}.
 *   <li>Q7 Snapshots: written, synced, renamed, folder synced, then trimmed; an equal offset is checked. {@code q7*}.
 *   <li>Q8 An I/O error, damage or an impossible message halts the node; a failed sync is not tried again. {@code q8*}.
 * </ul>
 *
 * <p>Never import here: Vert.x, Hazelcast, the meaning of a record ({@code membership.record}), a clock or a thread.
 */
package io.millrace.membership.quorum;
