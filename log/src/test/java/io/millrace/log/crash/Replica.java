package io.millrace.log.crash;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.LogListener;
import io.millrace.log.PartitionLog;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.sim.Invariant;
import io.millrace.sim.InvariantViolation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One partition in one life: the log, what it is told, what it says, and its history beside it.
 *
 * <p>Thread: the simulation's only thread, as the log's owner.
 */
final class Replica implements LogListener, Invariant {
    private static final int VALUE_BYTES = 40;
    private static final int MAX_BATCH_BYTES = 500;

    private final LogLife life;
    private final PartitionLog log;
    private final History history;
    private final Map<Long, Integer> nextSequence = new TreeMap<>();
    /** Batches of one size, so that what a lost truncation leaves behind starts at a batch again. */
    private final boolean sameSizes;

    private int epoch;
    private long lastStart;
    private AppendError lastFailure;

    Replica(LogLife life, PartitionLog log, History history) {
        this.life = life;
        this.log = log;
        this.history = history;
        this.sameSizes = life.random().nextBoolean();
        this.epoch = log.latestEpoch();
        this.lastStart = log.logStartOffset();
        learnSequences();
        log.setListener(this);
    }

    PartitionLog log() {
        return log;
    }

    History history() {
        return history;
    }

    /** This replica becomes leader of a new epoch. */
    void lead() {
        epoch = history.newEpoch(log.latestEpoch());
        log.startEpoch(epoch);
    }

    AppendOutcome produce(int records) {
        return send(batch(records, -1, (short) -1, -1));
    }

    /** The producer goes on after its last batch in the log; one of which nothing is left comes back with a new id. */
    AppendOutcome produceIdempotent(long producer, int records) {
        long id = history.producerId(producer, nextSequence.keySet());
        int sequence = nextSequence.getOrDefault(id, 0);
        AppendOutcome outcome = produceAs(id, sequence, records);
        if (outcome instanceof AppendOutcome.Appended) {
            nextSequence.put(id, sequence + records);
        }
        return outcome;
    }

    AppendOutcome produceAs(long producerId, int sequence, int records) {
        return send(batch(records, producerId, (short) 0, sequence));
    }

    /** Sends a batch of the log once more, as a producer does whose answer was lost. */
    AppendOutcome sendAgain(LogBatch batch) {
        ByteBuffer asSent = ByteBuffer.wrap(batch.bytes().clone());
        BatchHeader.place(asSent, 0, 0, -1);
        return send(asSent);
    }

    /** Takes in what a leader would send: batches of one epoch after another, in one payload. */
    AppendOutcome replicate(long producer, int count) {
        ByteBuffer all = ByteBuffer.allocate(count * MAX_BATCH_BYTES);
        long id = history.producerId(producer, nextSequence.keySet());
        int sequence = nextSequence.getOrDefault(id, 0);
        long next = log.assignedEnd();
        for (int i = 0; i < count; i++) {
            if (life.random().nextInt(4) == 0) {
                epoch = history.newEpoch(log.latestEpoch());
            }
            ByteBuffer batch = batch(1 + life.random().nextInt(3), id, (short) 0, sequence);
            BatchHeader.place(batch, batch.position(), next, epoch);
            sequence += BatchHeader.recordCount(batch, batch.position());
            next += BatchHeader.recordCount(batch, batch.position());
            all.put(batch);
        }
        CountedPayload payload = new CountedPayload(all.flip());
        try {
            AppendOutcome outcome = log.appendReplicated(payload, life.nowMs());
            if (outcome instanceof AppendOutcome.Appended) {
                LogBatch.split(payload.bytes()).forEach(history::appended);
                nextSequence.put(id, sequence);
            }
            return outcome;
        } finally {
            payload.release();
        }
    }

    void deleteRecordsBefore(long offset) {
        history.startAskedFor(Math.min(offset, log.writtenEnd()));
        log.advanceLogStart(offset);
        lastStart = log.logStartOffset();
    }

    /** Starts the cut; the caller waits for the returned flag. */
    boolean[] truncateTo(long endExclusive) {
        boolean[] done = new boolean[1];
        history.cut(endExclusive);
        learnSequences();
        log.truncateTo(endExclusive, () -> {
            done[0] = true;
            if (log.offlineReason() == null) {
                history.cutDone();
            }
        });
        return done;
    }

    boolean[] restartAt(long offset) {
        boolean[] done = new boolean[1];
        history.restartAt(offset);
        learnSequences();
        lastStart = Math.min(lastStart, offset);
        log.truncateFullyAndStartAt(offset, () -> {
            done[0] = true;
            if (log.offlineReason() == null) {
                history.cutDone();
                history.startIsDurable(offset);
            }
        });
        return done;
    }

    void maintain(long nowMs) {
        try {
            log.maintain(nowMs, log.writtenEnd());
        } finally {
            // Also when the process dies in it.
            history.startAskedFor(log.logStartOffset());
        }
    }

    boolean allAcked() {
        return history.batches().isEmpty() || history.ackedEnd() == log.assignedEnd();
    }

    Optional<AppendError> lastFailure() {
        return Optional.ofNullable(lastFailure);
    }

    @Override
    public void onWritten(long writtenEnd, int bytes) {
        if (life.over()) {
            return;
        }
        history.written(writtenEnd);
        if (!life.ackRule().atSynced(log.config())) {
            history.acked(writtenEnd);
        }
    }

    @Override
    public void onSynced(long syncedEnd) {
        if (life.over()) {
            return;
        }
        history.synced(syncedEnd);
        if (life.ackRule().atSynced(log.config())) {
            history.acked(syncedEnd);
        }
    }

    @Override
    public void onAppendsFailed(long cutBackTo, AppendError why) {
        if (cutBackTo < history.ackedEnd()) {
            throw new InvariantViolation(
                    "AcknowledgedSurvives",
                    log.id() + " takes back from " + cutBackTo + " what was acknowledged up to " + history.ackedEnd(),
                    why.toString());
        }
        lastFailure = why;
        history.cut(cutBackTo);
        learnSequences();
    }

    @Override
    public void onOffline(String why) {
        lastFailure = AppendError.OFFLINE;
    }

    /** While a life runs: cursors in order, nothing acknowledged that is not there, the log start never back. */
    @Override
    public Optional<String> violation() {
        if (log.assignedEnd() < log.writtenEnd() || log.writtenEnd() < log.syncedEnd()) {
            return Optional.of(log.id() + ": assigned " + log.assignedEnd() + ", written " + log.writtenEnd()
                    + ", synced " + log.syncedEnd());
        }
        if (log.logStartOffset() < lastStart) {
            return Optional.of(
                    log.id() + ": the log start went back from " + lastStart + " to " + log.logStartOffset());
        }
        lastStart = log.logStartOffset();
        history.startAskedFor(lastStart);
        return Optional.empty();
    }

    @Override
    public String name() {
        return "CursorsInOrder";
    }

    private void learnSequences() {
        nextSequence.clear();
        for (LogBatch batch : history.batches()) {
            if (batch.producerId() >= 0) {
                nextSequence.put(batch.producerId(), batch.lastSequence() + 1);
            }
        }
    }

    private AppendOutcome send(ByteBuffer batch) {
        CountedPayload payload = new CountedPayload(batch);
        try {
            AppendOutcome outcome = log.append(payload, AppendOrigin.CLIENT, epoch, life.nowMs());
            if (outcome instanceof AppendOutcome.Appended) {
                List<LogBatch> placed = LogBatch.split(payload.bytes());
                history.appended(placed.get(0));
                if (life.ackRule() == AckRule.AT_ASSIGNED) {
                    history.acked(placed.get(0).nextOffset());
                }
            }
            return outcome;
        } finally {
            payload.release();
        }
    }

    private ByteBuffer batch(int records, long producerId, short producerEpoch, int sequence) {
        BatchBuilder batch = new BatchBuilder();
        if (producerId >= 0) {
            batch.producer(producerId, producerEpoch, sequence);
        }
        for (int i = 0; i < records; i++) {
            byte[] value = new byte
                    [sameSizes ? VALUE_BYTES : VALUE_BYTES + life.random().nextInt(VALUE_BYTES)];
            life.random().nextBytes(value);
            batch.append(life.nowMs(), ("key-" + i).getBytes(StandardCharsets.US_ASCII), value);
        }
        return batch.buildBuffer();
    }
}
