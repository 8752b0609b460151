package io.millrace.log.crash;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOutcome;
import io.millrace.sim.InvariantViolation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the log remembers of its producers is what stands in its batches: each of a producer's last five batches, sent
 * again, is a duplicate with its old offsets; the next sequence is accepted, a gap is not. Asked by sending, so the log
 * changes.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ProducerStateMatchesLog {
    private static final int REMEMBERED_BATCHES = 5;
    private static final int GAP = 7;

    private final Replica replica;

    ProducerStateMatchesLog(Replica replica) {
        this.replica = replica;
    }

    void demand(String where) {
        lastBatches().forEach((producer, batches) -> {
            batches.forEach(batch -> expectDuplicate(batch, where));
            int next = batches.get(batches.size() - 1).lastSequence() + 1;
            expectRefusal(producer, next + GAP, where);
            expectAcceptance(producer, next, where);
        });
    }

    private Map<Long, List<LogBatch>> lastBatches() {
        Map<Long, List<LogBatch>> last = new LinkedHashMap<>();
        for (LogBatch batch : replica.history().batches()) {
            if (batch.producerId() >= 0 && batch.baseOffset() >= replica.log().logStartOffset()) {
                List<LogBatch> of = last.computeIfAbsent(batch.producerId(), id -> new ArrayList<>());
                of.add(batch);
                if (of.size() > REMEMBERED_BATCHES) {
                    of.remove(0);
                }
            }
        }
        return last;
    }

    private void expectDuplicate(LogBatch batch, String where) {
        AppendOutcome outcome = replica.sendAgain(batch);
        boolean right = outcome instanceof AppendOutcome.Duplicate duplicate
                && duplicate.baseOffset() == batch.baseOffset()
                && duplicate.lastOffset() == batch.lastOffset();
        if (!right) {
            throw violation("a retry of " + batch + " of producer " + batch.producerId() + " gives " + outcome, where);
        }
    }

    private void expectRefusal(long producer, int sequence, String where) {
        AppendOutcome outcome = replica.produceAs(producer, sequence, 1);
        boolean right = outcome instanceof AppendOutcome.Rejected rejected
                && rejected.error() == AppendError.OUT_OF_ORDER_SEQUENCE;
        if (!right) {
            throw violation(
                    "sequence " + sequence + " of producer " + producer + " leaves a gap, yet " + outcome, where);
        }
    }

    private void expectAcceptance(long producer, int sequence, String where) {
        AppendOutcome outcome = replica.produceAs(producer, sequence, 1);
        if (!(outcome instanceof AppendOutcome.Appended)) {
            throw violation("sequence " + sequence + " of producer " + producer + " is next, yet " + outcome, where);
        }
    }

    private InvariantViolation violation(String why, String where) {
        return new InvariantViolation(
                "ProducerStateMatchesLog",
                replica.log().id() + ": " + why,
                where + ": " + replica.history().batches());
    }
}
