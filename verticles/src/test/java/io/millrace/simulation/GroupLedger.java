package io.millrace.simulation;

import io.millrace.protocol.Errors;
import io.millrace.sim.Simulation;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What members of groups were told: no acknowledged commit is lost, none of a fenced generation is taken, and each generation
 * has one assignment.
 *
 * <p>Thread: the simulation's only thread.
 */
final class GroupLedger {
    /** After these a commit has not happened and never will. */
    private static final Set<Errors> FINAL =
            EnumSet.of(Errors.ILLEGAL_GENERATION, Errors.UNKNOWN_MEMBER_ID, Errors.COORDINATOR_LOAD_IN_PROGRESS);

    private static final class Commit {
        private final String key;
        private final int generation;
        private final int latestWhenSent;
        private final long sentAt;
        private long answeredAt = Long.MAX_VALUE;
        private boolean refused;

        private Commit(String key, int generation, int latestWhenSent, long sentAt) {
            this.key = key;
            this.generation = generation;
            this.latestWhenSent = latestWhenSent;
            this.sentAt = sentAt;
        }

        private boolean isOfTheFenced() {
            return generation < latestWhenSent;
        }

        @Override
        public String toString() {
            return key + " in generation " + generation;
        }
    }

    private record Latest(int generation, String memberId) {}

    private final Simulation simulation;
    private final Map<Long, Commit> commits = new HashMap<>();
    private final Map<String, Commit> acknowledged = new HashMap<>();
    private final Map<String, String> assignments = new HashMap<>();
    private final Map<String, Latest> latest = new HashMap<>();
    private final Map<String, Long> counts = new HashMap<>();
    private long refusals;
    private long reads;
    private long now;

    GroupLedger(Simulation simulation) {
        this.simulation = simulation;
    }

    /** Orders what happens; everything that happens later has a larger one. */
    long now() {
        return ++now;
    }

    void synced(String group, int generation, String memberId, String assignedBy) {
        String before = assignments.putIfAbsent(group + "/" + generation, assignedBy);
        if (before != null && !before.equals(assignedBy)) {
            throw simulation.violation(
                    "OneAssignmentPerGeneration",
                    "generation " + generation + " of " + group + " was assigned by " + before + " and " + assignedBy);
        }
        if (generation > latest(group)) {
            latest.put(group, new Latest(generation, memberId));
        }
    }

    /** The youngest generation of which somebody has an assignment; -1 when there is none. */
    int latest(String group) {
        Latest known = latest.get(group);
        return known == null ? -1 : known.generation;
    }

    /** Somebody who is in that generation. */
    String memberOfLatest(String group) {
        return latest.get(group).memberId;
    }

    void sent(String group, int partition, long value, int generation) {
        commits.put(value, new Commit(group + "/" + partition, generation, latest(group), now()));
    }

    void answered(long value, Errors error) {
        Commit commit = commits.get(value);
        if (error == Errors.NONE) {
            demandNotFenced(commit, value);
            commit.answeredAt = now();
            counts.merge(commit.key.substring(0, commit.key.indexOf('/')), 1L, Long::sum);
            Commit before = acknowledged.get(commit.key);
            if (before == null || before.sentAt < commit.sentAt) {
                acknowledged.put(commit.key, commit);
            }
        } else {
            refusals++;
            commit.refused = FINAL.contains(error);
        }
    }

    private void demandNotFenced(Commit commit, long value) {
        if (commit.isOfTheFenced()) {
            throw simulation.violation(
                    "NoCommitOfTheFenced",
                    value + " for " + commit + " was taken when generation " + commit.latestWhenSent + " was assigned");
        }
    }

    /** @param began when the question was put: what was acknowledged before must be seen */
    void read(String group, int partition, long value, long began, int generation) {
        if (latest(group) > generation) {
            // Whoever asks is out of the group, and so may be whoever answers.
            return;
        }
        reads++;
        String key = group + "/" + partition;
        Commit newest = acknowledged.get(key);
        Commit found = commits.get(value);
        if (found != null) {
            demandNotFenced(found, value);
        }
        if (found == null ? value >= 0 : found.refused || !found.key.equals(key)) {
            throw simulation.violation("OnlyWhatWasCommitted", key + " reads " + value + ", from " + found);
        }
        if (newest != null && newest.answeredAt < began && (found == null || found.answeredAt < newest.sentAt)) {
            throw simulation.violation(
                    "AcknowledgedCommitsNeverLost",
                    key + " reads " + value + ", and " + newest + " was acknowledged after that");
        }
    }

    /** Commits acknowledged to a group so far. */
    long acknowledged(String group) {
        return counts.getOrDefault(group, 0L);
    }

    long refusals() {
        return refusals;
    }

    long reads() {
        return reads;
    }
}
