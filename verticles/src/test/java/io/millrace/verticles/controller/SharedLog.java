package io.millrace.verticles.controller;

import io.millrace.membership.CommitListener;
import io.millrace.membership.MetadataQuorum;
import io.millrace.membership.NotLeaderException;
import io.millrace.membership.QuorumDescription;
import io.millrace.membership.UnknownOutcomeException;
import io.millrace.membership.VoterChange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a quorum does for its nodes, without how it does it: one log, leaders that change, of whose last proposals a part
 * survives, and nodes that hear of it sooner or later.
 *
 * <p>Thread: the test's.
 */
final class SharedLog {
    record Entry(long baseOffset, int epoch, List<byte[]> records) {}

    record Proposal(List<byte[]> records, CompletableFuture<Long> answer) {}

    final List<Entry> entries = new ArrayList<>();
    private final Random random;
    private long endOffset;
    private int epoch;
    private Member leader;

    SharedLog(Random random) {
        this.random = random;
    }

    int epoch() {
        return epoch;
    }

    Member leader() {
        return leader;
    }

    /** Somebody else leads: of what the former one proposed in its epoch, some of the first survives. */
    void elect(Member next) {
        if (leader != null) {
            int survives = leader.proposals.isEmpty() ? 0 : random.nextInt(leader.proposals.size() + 1);
            int count = 0;
            for (Proposal proposal : leader.proposals) {
                if (count++ < survives) {
                    append(proposal.records());
                }
            }
            leader.inVain.addAll(leader.proposals);
            leader.proposals.clear();
        }
        epoch++;
        endOffset++;
        leader = next;
        // Who is elected knows it before anybody else.
        next.hear();
    }

    private long append(List<byte[]> records) {
        entries.add(new Entry(endOffset, epoch, records));
        endOffset += records.size();
        return endOffset - 1;
    }

    /** One node's view. Thread: the test's. */
    final class Member implements MetadataQuorum {
        final int id;
        private final Deque<Proposal> proposals = new ArrayDeque<>();
        /** Of an epoch that is over, which this node does not know yet. */
        private final List<Proposal> inVain = new ArrayList<>();

        private CommitListener listener;
        private int applied;
        private int seenEpoch;
        private int activeEpoch;
        private OptionalInt seenLeader = OptionalInt.empty();

        Member(int id) {
            this.id = id;
        }

        /** Hears of the newest leader and of everything committed. */
        void hear() {
            if (seenEpoch != epoch) {
                if (activeEpoch != 0) {
                    int lost = activeEpoch;
                    activeEpoch = 0;
                    List<Proposal> failed = List.copyOf(inVain);
                    inVain.clear();
                    failed.forEach(one ->
                            one.answer().completeExceptionally(new UnknownOutcomeException("leadership was lost")));
                    listener.leadershipLost(lost);
                }
                seenEpoch = epoch;
                seenLeader = leader == null ? OptionalInt.empty() : OptionalInt.of(leader.id);
                listener.leaderChanged(epoch, seenLeader);
            }
            while (applied < entries.size()) {
                Entry entry = entries.get(applied++);
                listener.committed(entry.baseOffset(), entry.epoch(), entry.records());
            }
            listener.caughtUp();
        }

        /** Its term begins, if it leads and has heard of everything. */
        void activate() {
            if (leader == this && seenEpoch == epoch && activeEpoch == 0 && applied == entries.size()) {
                activeEpoch = epoch;
                listener.leadershipGained(epoch);
            }
        }

        /** A majority has its oldest proposal; in vain if somebody else leads by now. */
        void commitNext() {
            if (leader == this && activeEpoch == epoch && !proposals.isEmpty()) {
                Proposal proposal = proposals.remove();
                long last = append(proposal.records());
                hear();
                proposal.answer().complete(last);
            }
        }

        @Override
        public CompletionStage<Long> propose(int proposersEpoch, long baseOffset, List<byte[]> records) {
            CompletableFuture<Long> answer = new CompletableFuture<>();
            if (activeEpoch == 0 || proposersEpoch != activeEpoch) {
                answer.completeExceptionally(new NotLeaderException("no leader", seenLeader));
            } else {
                Proposal proposal = new Proposal(records, answer);
                boolean leads = leader == this && activeEpoch == epoch;
                if (leads && baseOffset != logEnd()) {
                    throw new AssertionError("decided for " + baseOffset + ", would lie at " + logEnd());
                }
                (leads ? proposals : inVain).add(proposal);
            }
            return answer;
        }

        private long logEnd() {
            return endOffset
                    + proposals.stream().mapToInt(one -> one.records().size()).sum();
        }

        @Override
        public CompletionStage<Long> changeVoters(VoterChange change) {
            return CompletableFuture.failedFuture(
                    new NotLeaderException("voters do not change here", OptionalInt.empty()));
        }

        @Override
        public void onCommit(CommitListener commitListener) {
            listener = commitListener;
        }

        @Override
        public int leaderEpoch() {
            return seenEpoch;
        }

        @Override
        public OptionalInt leaderId() {
            return seenLeader;
        }

        @Override
        public long highWatermark() {
            return endOffset;
        }

        @Override
        public Optional<QuorumDescription> describe() {
            return Optional.empty();
        }

        @Override
        public CompletionStage<Void> close() {
            return CompletableFuture.completedFuture(null);
        }
    }
}
