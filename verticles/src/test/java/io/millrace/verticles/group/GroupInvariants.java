package io.millrace.verticles.group;

import io.millrace.sim.Invariant;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a group coordinator promises, each promise a class of its own; told by {@link GroupWorld} what is asked and answered.
 *
 * <p>Thread: the simulation's only thread.
 */
final class GroupInvariants {
    private GroupInvariants() {}

    /** A promise that is found broken at the moment when it is broken. */
    abstract static class Watch implements Invariant {
        private String broken;

        void complain(String why) {
            if (broken == null) {
                broken = why;
            }
        }

        @Override
        public Optional<String> violation() {
            return Optional.ofNullable(broken);
        }
    }

    /** All assignments handed out for one generation were made by one leader, at once. */
    static final class OneAssignmentPerGeneration extends Watch {
        private final Map<String, String> stamps = new HashMap<>();
        private final Map<String, Integer> latest = new HashMap<>();

        void handedOut(String group, int generation, byte[] assignment) {
            if (assignment.length == 0) {
                return;
            }
            String stamp = new String(assignment, StandardCharsets.UTF_8).split(" ")[0];
            String before = stamps.putIfAbsent(group + "/" + generation, stamp);
            if (before != null && !before.equals(stamp)) {
                complain("generation " + generation + " of " + group + " was assigned by " + before + " and by "
                        + stamp);
            }
            latest.merge(group, generation, Math::max);
        }

        /** The youngest generation that somebody has an assignment of. */
        int latest(String group) {
            return latest.getOrDefault(group, -1);
        }
    }

    /** When a generation is assigned, no commit of an older one is taken; nor one of a static member's former life. */
    static final class NoCommitOfTheFenced extends Watch {
        private final Map<String, String> currentId = new HashMap<>();

        /** A static member has come back into a generation that was assigned before. */
        void replaced(String group, String instanceId, int generation, String memberId) {
            currentId.put(group + "/" + instanceId + "/" + generation, memberId);
        }

        /** The id that this instance must have by now, null when any will do. */
        String currentId(String group, String instanceId, int generation) {
            return currentId.get(group + "/" + instanceId + "/" + generation);
        }

        void accepted(String group, int generation, int latestAtIntake, String memberId, String idAtIntake) {
            if (generation < latestAtIntake) {
                complain("a commit of generation " + generation + " of " + group + " was taken when generation "
                        + latestAtIntake + " was assigned");
            }
            if (idAtIntake != null && !idAtIntake.equals(memberId)) {
                complain("a commit of " + memberId + " was taken when " + idAtIntake + " was in its place");
            }
        }
    }

    /** What was acknowledged is what is read, or something that was committed later. */
    static final class AcknowledgedCommitsNeverLost extends Watch {
        private final Map<Long, Long> takenAt = new HashMap<>();
        private final Map<String, Long> acknowledged = new HashMap<>();
        private long taken;

        void taken(long value) {
            takenAt.put(value, ++taken);
        }

        void acknowledged(String key, long intake) {
            acknowledged.merge(key, intake, Math::max);
        }

        long intakeOf(long value) {
            return takenAt.get(value);
        }

        long acknowledgedOf(String key) {
            return acknowledged.getOrDefault(key, 0L);
        }

        void read(String key, long value, long acknowledgedBefore) {
            long intake = value < 0 ? 0 : takenAt.getOrDefault(value, 0L);
            if (intake < acknowledgedBefore) {
                complain(key + " reads " + value + ", which was taken in as number " + intake + ", but number "
                        + acknowledgedBefore + " was acknowledged");
            }
        }
    }

    /** Nobody is answered twice. */
    static final class AnsweredOnce extends Watch {}

    /** A machine that is loaded from the log is the one that wrote it. */
    static final class ReplayGivesTheSame extends Watch {}
}
