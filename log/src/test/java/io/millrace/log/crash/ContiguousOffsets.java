package io.millrace.log.crash;

import java.util.Optional;

/**
 * Between log start and end there is every offset, once: no hole, no overlap.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ContiguousOffsets implements RecoveryRule {
    @Override
    public Optional<String> brokenBy(Recovered recovered) {
        LogContent content = recovered.content();
        long next = -1;
        for (LogBatch batch : content.batches()) {
            if (next >= 0 && batch.baseOffset() != next) {
                return Optional.of("batch " + batch + " follows offset " + (next - 1));
            }
            if (next < 0 && (batch.baseOffset() > content.start() || batch.lastOffset() < content.start())) {
                return Optional.of("the log starts at " + content.start() + " but its first batch is " + batch);
            }
            next = batch.nextOffset();
        }
        if (next >= 0 && next != content.end()) {
            return Optional.of("the last batch ends at " + next + ", the log at " + content.end());
        }
        return next < 0 && content.start() != content.end()
                ? Optional.of("nothing between " + content.start() + " and " + content.end())
                : Optional.empty();
    }
}
