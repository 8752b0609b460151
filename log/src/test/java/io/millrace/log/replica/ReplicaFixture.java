package io.millrace.log.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/**
 * A replica whose log, clock and controller are the test's, and what it has said so far.
 *
 * <p>Thread: one.
 */
final class ReplicaFixture {
    static final int ME = 1;
    static final int[] THREE = {1, 2, 3};
    static final long LAG_MS = 1_000;
    static final long RETRY_MS = 50;

    /** Any life of a follower will do, as long as it stays the same. */
    static final long FOLLOWERS_BROKER_EPOCH = 7;

    final List<IsrProposal> proposals = new ArrayList<>();
    final List<ReplicaRole> roles = new ArrayList<>();
    /** Brokers that are fenced or stopping. */
    final List<Integer> ineligible = new ArrayList<>();
    /** The high watermark below which the log was cut, or -1. */
    long alarm = -1;

    long nowMs = 10_000;
    /** Of its log. */
    long end;

    ReplicaMachine machine;

    ReplicaFixture() {
        begin(1, false);
    }

    /** Another replica in its place. */
    void begin(int minInsyncReplicas, boolean groupMode) {
        ReplicaEffects effects = new ReplicaEffects() {
            @Override
            public void roleChanged(ReplicaRole before, ReplicaRole now) {
                roles.add(now);
            }

            @Override
            public void highWatermarkAdvanced(long highWatermark) {
                assertThat(highWatermark).isEqualTo(machine.highWatermark());
            }

            @Override
            public void proposeIsr(IsrProposal proposal) {
                proposals.add(proposal);
            }

            @Override
            public void truncatedBelowHighWatermark(long highWatermark, long endExclusive) {
                alarm = highWatermark;
            }
        };
        machine = new ReplicaMachine(
                new ReplicaOptions(ME, LAG_MS, RETRY_MS),
                (broker, epoch) -> !ineligible.contains(broker),
                effects,
                0,
                0,
                0,
                minInsyncReplicas,
                groupMode);
    }

    void lead(int epoch, int partitionEpoch, int... isr) {
        machine.becomeLeader(new CommittedPartition(ME, epoch, partitionEpoch, THREE, isr, new int[0]), end, nowMs);
    }

    void write(long to) {
        end = to;
        machine.localProgress(to, 0, nowMs);
    }

    FollowerFetch fetch(int broker, long offset) {
        return machine.followerFetched(broker, FOLLOWERS_BROKER_EPOCH, offset, nowMs);
    }
}
