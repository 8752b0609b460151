package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Lets nothing out that the log could still take back: what rests on appended records waits here until they are below
 * the high watermark.
 *
 * <p>Thread: the machine's. Bound: one entry per request that the listener has let in and that is not yet answered.
 */
final class CommitGate {
    /** The batch header of magic 2. */
    private static final int BATCH_OVERHEAD_BYTES = 61;

    private record Waiting(long token, LongConsumer then, Consumer<Errors> lost) {}

    private final GroupEffects effects;
    private final int maxBatchBytes;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long lastToken;
    private long appendedToken;
    private long committedToken;

    CommitGate(GroupEffects effects, int maxBatchBytes) {
        this.effects = effects;
        this.maxBatchBytes = maxBatchBytes;
    }

    /**
     * Hands over one atomic batch. Anything but {@link Errors#NONE}: nothing was handed over and neither callback comes.
     *
     * @param then once the records are committed, with the time of that moment
     * @param lost when they may be lost, with the error to answer
     */
    Errors append(List<GroupRecord> records, LongConsumer then, Consumer<Errors> lost) {
        int sizeBytes = BATCH_OVERHEAD_BYTES;
        for (GroupRecord record : records) {
            sizeBytes = Math.addExact(sizeBytes, record.sizeBoundBytes());
        }
        if (sizeBytes > maxBatchBytes) {
            return Errors.MESSAGE_TOO_LARGE;
        }
        Errors error = effects.append(++lastToken, records);
        if (error == Errors.NONE) {
            appendedToken = lastToken;
            waiting.add(new Waiting(lastToken, then, lost));
        }
        return error;
    }

    /** How many bytes of records fit in one batch. */
    int roomBytes() {
        return maxBatchBytes - BATCH_OVERHEAD_BYTES;
    }

    /** Runs at once when nothing is under way, else when everything handed over so far is committed. */
    void whenDurable(long nowMs, LongConsumer then, Consumer<Errors> lost) {
        if (committedToken >= appendedToken) {
            then.accept(nowMs);
        } else {
            waiting.add(new Waiting(appendedToken, then, lost));
        }
    }

    void committed(long token, long nowMs) {
        committedToken = Math.max(committedToken, token);
        while (!waiting.isEmpty() && waiting.peek().token <= committedToken) {
            waiting.poll().then.accept(nowMs);
        }
    }

    void lost(Errors error) {
        while (!waiting.isEmpty()) {
            waiting.poll().lost.accept(error);
        }
    }
}
