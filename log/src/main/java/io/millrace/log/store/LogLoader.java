package io.millrace.log.store;

import io.millrace.log.LoadOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.Owner;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.recovery.CheckpointJournal;
import io.millrace.log.segment.LogContent;
import io.millrace.log.segment.LogRecovery;
import io.millrace.log.segment.LogServices;
import io.millrace.log.segment.SegmentedLog;
import java.io.IOException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the logs of a directory: from what is on its disk, or empty ones.
 * Thread: as each method says.
 */
final class LogLoader {
    private static final Logger LOG = LoggerFactory.getLogger(LogLoader.class);

    private final CheckpointJournal journal;
    private final OpenLogs logs;

    LogLoader(CheckpointJournal journal, OpenLogs logs) {
        this.journal = journal;
        this.logs = logs;
    }

    /**
     * Opens or recovers a partition, whose folder has the name that {@code services} says, on the I/O pool; completes on the
     * owner. Thread: any.
     */
    void load(
            LogServices services,
            TopicPartitionId id,
            LogConfig config,
            Owner owner,
            TailBudget tail,
            Consumer<LoadOutcome> loaded) {
        Runnable recovery = () -> {
            LoadOutcome failed;
            try {
                LogContent content = recover(services, id, config);
                owner.execute(() -> loaded.accept(opened(services, id, config, owner, tail, content)));
                return;
            } catch (IOException e) {
                services.health().failed("recovery of " + id, e);
                failed = new LoadOutcome.Failed("Partition " + id + " in " + services.root() + " cannot be read: " + e);
            } catch (RuntimeException | VirtualMachineError e) {
                failed = unrecoverable(services, id, e);
            }
            LoadOutcome outcome = failed;
            owner.execute(() -> loaded.accept(outcome));
        };
        try {
            if (!services.io().read(recovery)) services.io().sync(recovery);
        } catch (VirtualMachineError noThread) {
            LoadOutcome failed = unrecoverable(services, id, noThread);
            owner.execute(() -> loaded.accept(failed));
        }
    }

    private static LoadOutcome unrecoverable(LogServices services, TopicPartitionId id, Throwable cause) {
        LOG.error("Recovery of {} in {} failed", id, services.root(), cause);
        return new LoadOutcome.Failed("Partition " + id + " in " + services.root() + " cannot be recovered: " + cause);
    }

    private LogContent recover(LogServices services, TopicPartitionId id, LogConfig config) throws IOException {
        long nowMs = services.io().nowMs();
        return new LogRecovery(services, id, config, journal.checkpoint(id), journal.isTrusted(id), nowMs)
                .checkpointWithdrawn(journal.hadCheckpoint(id))
                .run(journal.logStart(id));
    }

    private LoadOutcome opened(
            LogServices services,
            TopicPartitionId id,
            LogConfig config,
            Owner owner,
            TailBudget tail,
            LogContent content) {
        SegmentedLog log = new SegmentedLog(services, id, config, owner, tail, content);
        logs.opened(log, services.health());
        log.begin(content);
        return new LoadOutcome.Loaded(log, content.isStartLost());
    }

    /** A new, empty partition. Thread: the owner's. */
    SegmentedLog create(LogServices services, TopicPartitionId id, LogConfig config, Owner owner, TailBudget tail) {
        SegmentedLog log = new SegmentedLog(services, id, config, owner, tail, LogContent.empty(services, id));
        logs.opened(log, services.health());
        if (journal.knows(id)) log.forgetCheckpoint();
        return log;
    }
}
