package io.millrace.log.crash;

import io.millrace.log.LoadOutcome;
import io.millrace.log.PartitionLog;
import io.millrace.log.ReadOutcome;
import io.millrace.log.TimestampOutcome;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.store.LogDirectoryException;
import io.millrace.sim.InvariantViolation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One process that starts on damaged files. It may refuse with a sentence, cut, or serve bytes whose checksum betrays
 * them; it must never serve a batch with a right checksum that was never there, answer a lookup wrongly, or hang.
 *
 * <p>Thread: the simulation's only thread.
 */
final class DamagedLife {
    private final NodeWorld world;
    private final String where;
    private final List<String> refusals = new ArrayList<>();
    private boolean lost;

    DamagedLife(NodeWorld world, String where) {
        this.world = world;
        this.where = where;
    }

    /** Why the directory or a partition was not opened; empty when all were. */
    List<String> refusals() {
        return refusals;
    }

    /** Whether something that was there before is not served any more. */
    boolean lost() {
        return lost;
    }

    void run() {
        LogLife life = world.startLife();
        try {
            life.openDirectory();
        } catch (LogDirectoryException e) {
            refuse(e.getMessage());
            world.crash(CrashKind.PROCESS);
            return;
        }
        for (TopicPartitionId id : List.copyOf(world.histories().keySet())) {
            if (!life.directory().found().contains(id)) {
                lost = true;
                continue;
            }
            LoadOutcome outcome = life.load(id);
            if (outcome instanceof LoadOutcome.Loaded loaded) {
                look(life, loaded.log(), world.history(id));
            } else if (outcome instanceof LoadOutcome.Failed failed) {
                refuse(failed.message());
            }
        }
        world.crash(CrashKind.PROCESS);
    }

    private void refuse(String message) {
        if (message == null || message.isBlank()) {
            throw new InvariantViolation("ClearRefusal", "no reason is given", where);
        }
        refusals.add(message);
    }

    private void look(LogLife life, PartitionLog log, History history) {
        List<LogBatch> expected = history.batches().stream()
                .filter(batch -> batch.lastOffset() >= history.startFloor())
                .toList();
        int seen = 0;
        for (LogBatch batch : expected) {
            if (batch.baseOffset() >= log.logStartOffset() && batch.lastOffset() < log.writtenEnd()) {
                seen += readAt(log, batch, expected) ? 1 : 0;
            }
        }
        lost |= seen < expected.size();
        if (seen == expected.size()) {
            expected.forEach(batch -> lookUp(life, log, batch, expected));
        }
    }

    /** Reads from the batch on; false when nothing good is served there. */
    private boolean readAt(PartitionLog log, LogBatch batch, List<LogBatch> history) {
        ReadOutcome outcome = log.read(batch.baseOffset(), log.writtenEnd(), 1, true);
        List<LogBatch> found;
        try {
            found = LogContent.batches(outcome);
        } catch (IOException e) {
            return false;
        }
        if (found == null || found.isEmpty()) {
            return false;
        }
        if (found.get(0).baseOffset() > batch.lastOffset() && history.stream().anyMatch(found.get(0)::sameRecordsAs)) {
            // The reader is told by the offsets that something is missing here.
            return false;
        }
        if (!found.get(0).sameRecordsAs(batch)) {
            throw new InvariantViolation(
                    "NeverAWrongRecord", log.id() + " serves " + found + " where " + batch + " was", where);
        }
        return true;
    }

    private void lookUp(LogLife life, PartitionLog log, LogBatch batch, List<LogBatch> all) {
        long timestamp = BatchHeader.maxTimestamp(ByteBuffer.wrap(batch.bytes()), 0);
        LogBatch first = all.stream()
                .filter(other -> BatchHeader.maxTimestamp(ByteBuffer.wrap(other.bytes()), 0) >= timestamp)
                .findFirst()
                .orElseThrow();
        if (first.baseOffset() < log.logStartOffset()) {
            return;
        }
        TimestampOutcome[] answer = new TimestampOutcome[1];
        log.findByTimestamp(timestamp, log.writtenEnd(), outcome -> answer[0] = outcome);
        life.await("lookup by timestamp", () -> answer[0] != null);
        boolean right = answer[0] instanceof TimestampOutcome.Found found
                && found.offset() == first.baseOffset()
                && found.timestamp() == BatchHeader.maxTimestamp(ByteBuffer.wrap(first.bytes()), 0);
        if (!right) {
            throw new InvariantViolation(
                    "NeverAWrongRecord",
                    log.id() + ": timestamp " + timestamp + " is first at " + first + ", the answer was " + answer[0],
                    where);
        }
    }
}
