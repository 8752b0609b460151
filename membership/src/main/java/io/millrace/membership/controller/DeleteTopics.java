package io.millrace.membership.controller;

import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * Deletes topics by name or by id.
 *
 * <p>Thread: any.
 */
public record DeleteTopics(List<Target> targets) implements ControllerCommand<DeleteTopics.Outcome> {
    /** Exactly one of the two is set; anything else is refused for this target alone. */
    public record Target(String name, UUID id) implements Comparable<Target> {
        private static final Comparator<Target> ORDER = Comparator.comparing(
                        Target::name, Comparator.nullsFirst(Comparator.<String>naturalOrder()))
                .thenComparing(Target::id, Comparator.nullsFirst(Comparator.<UUID>naturalOrder()));

        public static Target named(String name) {
            return new Target(name, null);
        }

        public static Target withId(UUID id) {
            return new Target(null, id);
        }

        /** Keeps hash maps quick where a client chose names or ids that hash alike. */
        @Override
        public int compareTo(Target other) {
            return ORDER.compare(this, other);
        }
    }

    /** Name and id as far as they are known. */
    public record Result(String name, UUID topicId, ControllerError error, String message) {}

    public record Outcome(List<Result> topics) {}
}
