package io.millrace.log.crash;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one partition was told and what it promised, over all lives: the truth that a recovered log is compared with.
 *
 * <p>Thread: the simulation's only thread.
 */
final class History {
    private static final long NEXT_INCARNATION = 1_000;

    /**
     * An earlier end of the history that a cut took away. A cut is in the page cache when it is done and durable only
     * when something behind it was synced: until then a crash may undo it, never mix before and after.
     */
    private static final class Branch {
        private final long cutAt;
        private final List<LogBatch> batches;
        private boolean done;

        private Branch(long cutAt, List<LogBatch> batches) {
            this.cutAt = cutAt;
            this.batches = batches;
        }
    }

    private List<LogBatch> batches = new ArrayList<>();
    private final List<Branch> branches = new ArrayList<>();
    /** Where the log goes on after it was emptied; promises are about what came since. */
    private long beginning;

    private long writtenEnd;
    private long syncedEnd;
    private long ackedEnd;
    private int highestEpoch = -1;
    /** The log start that survives everything. */
    private long startFloor;
    /** The largest log start that was asked for. */
    private long startCeiling;

    private CrashKind ending;
    private final Map<Long, Long> producerIds = new HashMap<>();

    void appended(LogBatch batch) {
        if (!batches.isEmpty() && last(batches).nextOffset() != batch.baseOffset()) {
            throw new IllegalStateException("offset " + batch.baseOffset() + " was assigned after "
                    + last(batches).lastOffset());
        }
        batches.add(batch);
    }

    void written(long end) {
        writtenEnd = Math.max(writtenEnd, end);
    }

    void synced(long end) {
        syncedEnd = Math.max(syncedEnd, end);
        written(end);
        branches.removeIf(branch -> branch.cutAt < end);
    }

    void acked(long end) {
        ackedEnd = Math.max(ackedEnd, end);
    }

    /** Everything from the offset on is gone, but a crash may still bring it back. */
    void cut(long endExclusive) {
        branches.add(new Branch(endExclusive, batches));
        batches = new ArrayList<>(batches.stream()
                .filter(batch -> batch.lastOffset() < endExclusive)
                .toList());
        beginning = Math.min(beginning, endExclusive);
        writtenEnd = Math.min(writtenEnd, endExclusive);
        syncedEnd = Math.min(syncedEnd, endExclusive);
        ackedEnd = Math.min(ackedEnd, endExclusive);
    }

    /** The process that had this log, or was about to open it, died. */
    void ended(CrashKind kind) {
        if (ending == null || kind.losesPower()) {
            ending = kind;
        }
    }

    /** The worst end of a process since the log was last found good; null when there was only clean closing. */
    CrashKind ending() {
        return ending;
    }

    /** What lies below the log start: a start that was not durable may fall back, and then it is there again. */
    private List<LogBatch> before(LogContent content) {
        long first = content.batches().isEmpty()
                ? content.start()
                : content.batches().get(0).baseOffset();
        for (List<LogBatch> history : possible()) {
            List<LogBatch> below =
                    history.stream().filter(batch -> batch.lastOffset() < first).toList();
            boolean meets = !below.isEmpty() && last(below).nextOffset() == first;
            boolean isThisOne = content.batches().isEmpty()
                    || history.stream().anyMatch(content.batches().get(0)::sameAs);
            if (meets && isThisOne) {
                return below;
            }
        }
        return List.of();
    }

    /** A leader epoch that no leader had before. */
    int newEpoch(int latest) {
        highestEpoch = Math.max(highestEpoch, latest) + 1;
        return highestEpoch;
    }

    /** The log said that the last cut is done: only a loss of power may bring back what was before. */
    void cutDone() {
        branches.forEach(branch -> branch.done = true);
    }

    /** Everything is gone and the log goes on at this offset. */
    void restartAt(long offset) {
        branches.add(new Branch(Long.MAX_VALUE, batches));
        batches = new ArrayList<>();
        beginning = offset;
        writtenEnd = 0;
        syncedEnd = 0;
        ackedEnd = 0;
        // Until it is done a crash may leave nothing at all: what is being thrown away is promised to nobody.
        startFloor = 0;
        startCeiling = Math.max(startCeiling, offset);
    }

    void startAskedFor(long offset) {
        startCeiling = Math.max(startCeiling, offset);
    }

    void startIsDurable(long offset) {
        startFloor = offset;
        startCeiling = Math.max(startCeiling, offset);
    }

    /** A recovered log was found good: the history goes on from what it holds. */
    void adopt(LogContent content) {
        List<LogBatch> goesOn = new ArrayList<>(before(content));
        goesOn.addAll(content.batches());
        if (ending == CrashKind.PROCESS) {
            // The platter may still hold what was cut off in the page cache only.
            branches.add(new Branch(content.end(), batches));
            cutDone();
        } else {
            branches.clear();
        }
        batches = goesOn;
        ending = null;
        beginning = content.end();
        writtenEnd = content.end();
        syncedEnd = Math.min(syncedEnd, content.end());
        ackedEnd = Math.min(ackedEnd, content.end());
        startCeiling = content.start();
        startFloor = Math.min(startFloor, content.start());
    }

    /**
     * The id under which a producer goes on: a new one when the log may or may not remember it, because its last batches
     * are gone.
     */
    long producerId(long producer, Set<Long> present) {
        Long current = producerIds.get(producer);
        if (current == null || !present.contains(current)) {
            current = current == null ? producer : current + NEXT_INCARNATION;
            producerIds.put(producer, current);
        }
        return current;
    }

    /** Whether the batch was ever part of this history, as far as a crash could still show it. */
    boolean knows(LogBatch batch) {
        return batches.stream().anyMatch(batch::sameAs)
                || branches.stream().anyMatch(branch -> branch.batches.stream().anyMatch(batch::sameAs));
    }

    List<LogBatch> batches() {
        return Collections.unmodifiableList(batches);
    }

    /** The history as it is, then as it was before each cut that the ending may have undone. */
    List<List<LogBatch>> possible() {
        List<List<LogBatch>> all = new ArrayList<>();
        all.add(batches);
        for (Branch branch : branches) {
            if (ending != null && (!branch.done || ending.losesPower())) {
                all.add(branch.batches);
            }
        }
        return all;
    }

    long assignedEnd() {
        return batches.isEmpty()
                ? Math.max(beginning, writtenEnd)
                : last(batches).nextOffset();
    }

    long writtenEnd() {
        return writtenEnd;
    }

    long syncedEnd() {
        return syncedEnd;
    }

    long ackedEnd() {
        return ackedEnd;
    }

    long startFloor() {
        return startFloor;
    }

    long startCeiling() {
        return startCeiling;
    }

    private static LogBatch last(List<LogBatch> batches) {
        return batches.get(batches.size() - 1);
    }
}
