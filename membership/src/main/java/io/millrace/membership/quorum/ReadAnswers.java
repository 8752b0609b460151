package io.millrace.membership.quorum;

import io.millrace.membership.quorum.QuorumMessage.FetchOutcome;
import io.millrace.membership.quorum.QuorumMessage.FetchResponse;
import io.millrace.membership.quorum.QuorumMessage.SnapshotRequest;
import io.millrace.membership.quorum.QuorumMessage.SnapshotResponse;
import java.util.function.IntPredicate;

/**
 * The answers of a leader that carry what its store holds: they are sent when it has been read.
 *
 * <p>Thread: the owner's.
 */
final class ReadAnswers {
    /** Of batches or of a snapshot in one answer: it has to fit into a frame between nodes. */
    private static final int MAX_ANSWER_BYTES = 240 * 1024;

    private final QuorumStore store;
    private final QuorumPorts.Transport transport;
    private final IntPredicate leads;

    /** @param leads whether this node leads that epoch now */
    ReadAnswers(QuorumStore store, QuorumPorts.Transport transport, IntPredicate leads) {
        this.store = store;
        this.transport = transport;
        this.leads = leads;
    }

    /**
     * A read may take long. When another leader has cut this log meanwhile, what is found is of another history than what the
     * follower was found to have, and it would take it for a continuation of that.
     *
     * @param endExclusive the answer carries nothing from here on
     */
    void sendBatches(int to, FetchResponse answer, long endExclusive) {
        store.read(answer.asked().endOffset(), endExclusive, MAX_ANSWER_BYTES, batches -> {
            if (leads.test(answer.epoch())) {
                transport.send(
                        to,
                        new FetchResponse(
                                answer.epoch(),
                                answer.leaderId(),
                                answer.asked(),
                                answer.highWatermark(),
                                new FetchOutcome.Batches(batches)));
            }
        });
    }

    void sendSnapshotPart(int to, int epoch, int leaderId, SnapshotRequest request) {
        store.readSnapshotPart(
                request.snapshot(),
                request.position(),
                MAX_ANSWER_BYTES,
                part -> transport.send(
                        to,
                        new SnapshotResponse(
                                epoch,
                                leaderId,
                                request.snapshot(),
                                request.position(),
                                part.totalBytes(),
                                part.bytes())));
    }
}
