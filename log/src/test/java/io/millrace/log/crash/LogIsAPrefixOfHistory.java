package io.millrace.log.crash;

import java.util.List;
import java.util.Optional;

/**
 * What is found is what was written, byte for byte, up to some point: never a mixture of two histories.
 *
 * <p>Thread: the simulation's only thread.
 */
final class LogIsAPrefixOfHistory implements RecoveryRule {
    @Override
    public Optional<String> brokenBy(Recovered recovered) {
        LogContent content = recovered.content();
        for (List<LogBatch> history : recovered.history().possible()) {
            if (isPrefix(content, history)) {
                return Optional.empty();
            }
        }
        return Optional.of("the log holds batches that were never there together");
    }

    private static boolean isPrefix(LogContent content, List<LogBatch> history) {
        if (content.batches().isEmpty()) {
            return true;
        }
        int at = 0;
        while (at < history.size()
                && history.get(at).baseOffset() != content.batches().get(0).baseOffset()) {
            at++;
        }
        for (LogBatch found : content.batches()) {
            if (at == history.size() || !history.get(at).sameAs(found)) {
                return false;
            }
            at++;
        }
        return true;
    }
}
