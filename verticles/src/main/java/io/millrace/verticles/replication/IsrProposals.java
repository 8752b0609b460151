package io.millrace.verticles.replication;

import io.millrace.log.replica.IsrAnswer;
import io.millrace.log.replica.IsrProposal;
import io.millrace.log.replication.Replicated;
import io.millrace.membership.controller.AlterPartition;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.record.PartitionRecord;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In-sync replicas that a shard's leaders propose: those of one turn of the loop go to the controller as one command, and its
 * answers come back to each machine. A commit is no answer: it arrives as a committed record.
 *
 * <p>Thread: the shard's loop.
 */
final class IsrProposals {
    /** Who hears what became of a proposal, after the machine has. */
    interface Listener {
        void answered(Replicated replica);
    }

    private static final Logger log = LoggerFactory.getLogger(IsrProposals.class);
    /** What is more goes into the next command. */
    private static final int MOST_PARTITIONS = 1_000;
    /** Then the outcome counts as unknown, and the proposal is sent again. */
    private static final long ANSWER_TIMEOUT_MS = 5_000;

    private record Waiting(Replicated replica, IsrProposal proposal) {}

    private record Key(UUID topicId, int partition) {}

    private final ReplicationParts parts;
    private final EventLoop loop;
    private final LongSupplier ticker;
    private final Listener listener;
    private List<Waiting> waiting = new ArrayList<>();

    IsrProposals(ReplicationParts parts, EventLoop loop, LongSupplier ticker, Listener listener) {
        this.parts = parts;
        this.loop = loop;
        this.ticker = ticker;
        this.listener = listener;
    }

    void add(Replicated replica, IsrProposal proposal) {
        waiting.add(new Waiting(replica, proposal));
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Sends what this turn has brought. */
    void flush() {
        while (!waiting.isEmpty()) {
            int count = Math.min(waiting.size(), MOST_PARTITIONS);
            Map<Key, Waiting> batch = new HashMap<>();
            List<AlterPartition.Partition> partitions = new ArrayList<>(count);
            for (Waiting one : waiting.subList(0, count)) {
                Key key = new Key(
                        one.replica.log().id().topicId(), one.replica.log().id().partition());
                batch.put(key, one);
                partitions.add(partition(key, one.proposal));
            }
            waiting = new ArrayList<>(waiting.subList(count, waiting.size()));
            submit(new AlterPartition(parts.brokerId(), parts.brokerEpoch().getAsLong(), partitions), batch);
        }
    }

    private static AlterPartition.Partition partition(Key key, IsrProposal proposal) {
        return new AlterPartition.Partition(
                key.topicId,
                key.partition,
                proposal.leaderEpoch(),
                proposal.partitionEpoch(),
                proposal.members().stream()
                        .map(member -> new AlterPartition.IsrMember(member.brokerId(), member.brokerEpoch()))
                        .toList(),
                PartitionRecord.RECOVERED);
    }

    private void submit(AlterPartition command, Map<Key, Waiting> batch) {
        boolean[] settled = new boolean[1];
        ScheduledFuture<?> patience = loop.schedule(
                () -> {
                    if (!settled[0]) {
                        settled[0] = true;
                        failed("no answer within " + ANSWER_TIMEOUT_MS + " ms", batch);
                    }
                },
                ANSWER_TIMEOUT_MS,
                TimeUnit.MILLISECONDS);
        parts.isr()
                .submit(command)
                .onComplete(done -> loop.execute(() -> {
                    if (settled[0]) {
                        return;
                    }
                    settled[0] = true;
                    patience.cancel(false);
                    if (done.succeeded()) {
                        answered(done.result(), batch);
                    } else {
                        failed(done.cause().getMessage(), batch);
                    }
                }));
    }

    private void failed(String why, Map<Key, Waiting> batch) {
        log.debug("{} proposals are without an answer: {}", batch.size(), why);
        // Also when this copy was not carried out: another one, sent before, may be under way.
        batch.values().forEach(one -> tell(one, IsrAnswer.UNKNOWN));
    }

    private void answered(AlterPartition.Outcome outcome, Map<Key, Waiting> batch) {
        for (AlterPartition.Result result : outcome.partitions()) {
            Waiting one = batch.remove(new Key(result.topicId(), result.partition()));
            if (one != null && result.error() != ControllerError.NONE) {
                log.debug("{}: {} is answered {}", one.replica.log().id(), one.proposal, result.error());
                tell(one, answer(result.error()));
            }
        }
        batch.values().forEach(one -> tell(one, IsrAnswer.UNKNOWN));
    }

    private static IsrAnswer answer(ControllerError error) {
        return switch (error) {
            case INELIGIBLE_REPLICA, OPERATION_NOT_ATTEMPTED, INVALID_REQUEST -> IsrAnswer.NOT_APPLIED;
            case FENCED_LEADER_EPOCH,
                    INVALID_UPDATE_VERSION,
                    NEW_LEADER_ELECTED,
                    UNKNOWN_TOPIC_ID,
                    UNKNOWN_TOPIC_OR_PARTITION -> IsrAnswer.SUPERSEDED;
            default -> IsrAnswer.UNKNOWN;
        };
    }

    private void tell(Waiting one, IsrAnswer answer) {
        one.replica.machine().isrProposalAnswered(one.proposal.proposalId(), answer, ticker.getAsLong());
        listener.answered(one.replica);
    }
}
