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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A quorum of one whose commits are the test's to give.
 *
 * <p>Thread: the test's.
 */
final class FakeQuorum implements MetadataQuorum {
    record Proposal(long baseOffset, List<byte[]> records, CompletableFuture<Long> answer) {}

    final Deque<Proposal> proposals = new ArrayDeque<>();
    final List<VoterChange> changes = new ArrayList<>();
    /** Where a change of voters waits for its commit; null when it is committed at once. */
    CompletableFuture<Long> changeUnderWay;

    private boolean changeAppended;
    long endOffset;
    int epoch;
    private CommitListener listener;

    /** The first entry of the new epoch is the quorum's own. */
    void lead() {
        epoch++;
        endOffset++;
        listener.leaderChanged(epoch, OptionalInt.of(1));
        listener.leadershipGained(epoch);
    }

    void commitNext() {
        Proposal proposal = proposals.remove();
        endOffset = proposal.baseOffset() + proposal.records().size();
        listener.committed(proposal.baseOffset(), epoch, proposal.records());
        proposal.answer().complete(endOffset - 1);
    }

    void commitChange() {
        CompletableFuture<Long> committed = changeUnderWay;
        changeUnderWay = null;
        changeAppended = false;
        committed.complete(endOffset++);
    }

    private long logEnd() {
        int proposed = proposals.stream().mapToInt(one -> one.records().size()).sum();
        return endOffset + proposed + (changeAppended ? 1 : 0);
    }

    void commitAll() {
        while (!proposals.isEmpty()) {
            commitNext();
        }
    }

    void loseLeadership() {
        while (!proposals.isEmpty()) {
            proposals.remove().answer().completeExceptionally(new UnknownOutcomeException("leadership was lost"));
        }
        listener.leadershipLost(epoch);
        listener.leaderChanged(epoch, OptionalInt.empty());
    }

    /** As a quorum that has lost leadership and not told so yet: nothing was appended. */
    void refuseAll() {
        while (!proposals.isEmpty()) {
            proposals.remove().answer().completeExceptionally(new NotLeaderException("no leader", OptionalInt.empty()));
        }
    }

    CommitListener listener() {
        return listener;
    }

    @Override
    public CompletionStage<Long> propose(int proposersEpoch, long baseOffset, List<byte[]> records) {
        if (proposersEpoch != epoch || baseOffset != logEnd()) {
            return CompletableFuture.failedFuture(new NotLeaderException("not here", OptionalInt.empty()));
        }
        Proposal proposal = new Proposal(baseOffset, records, new CompletableFuture<>());
        proposals.add(proposal);
        return proposal.answer();
    }

    @Override
    public CompletionStage<Long> changeVoters(VoterChange change) {
        changes.add(change);
        if (changeUnderWay != null) {
            changeAppended = true;
            return changeUnderWay;
        }
        return CompletableFuture.completedFuture(endOffset++);
    }

    @Override
    public void onCommit(CommitListener commitListener) {
        listener = commitListener;
    }

    @Override
    public int leaderEpoch() {
        return epoch;
    }

    @Override
    public OptionalInt leaderId() {
        return OptionalInt.of(1);
    }

    @Override
    public long highWatermark() {
        return endOffset;
    }

    @Override
    public Optional<QuorumDescription> describe() {
        return Optional.of(new QuorumDescription(1, epoch, endOffset, List.of(), List.of()));
    }

    @Override
    public CompletionStage<Void> close() {
        return CompletableFuture.completedFuture(null);
    }
}
