package io.millrace.log.crash;

import io.millrace.log.EpochEnd;
import java.util.List;
import java.util.Optional;

/**
 * The epoch history says of every batch what stands in the batch, and where each epoch ended.
 *
 * <p>Thread: the simulation's only thread.
 */
final class EpochHistoryMatchesLog implements RecoveryRule {
    @Override
    public Optional<String> brokenBy(Recovered recovered) {
        List<LogBatch> batches = recovered.content().batches();
        for (int i = 0; i < batches.size(); i++) {
            LogBatch batch = batches.get(i);
            int known = recovered
                    .log()
                    .epochAt(Math.max(batch.baseOffset(), recovered.content().start()));
            if (known != batch.epoch()) {
                return Optional.of("batch " + batch + " counts as epoch " + known);
            }
            boolean lastOfEpoch = i + 1 == batches.size() || batches.get(i + 1).epoch() != batch.epoch();
            EpochEnd end = recovered.log().endOffsetForEpoch(batch.epoch());
            if (lastOfEpoch && (end.epoch() != batch.epoch() || end.endOffset() != batch.nextOffset())) {
                return Optional.of(
                        "epoch " + batch.epoch() + " ends at " + batch.nextOffset() + ", the history says " + end);
            }
        }
        return Optional.empty();
    }
}
