package io.millrace.membership.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a parsed value must satisfy beyond its type. The catalog's resource names rules in a few letters, which
 * {@link #of} reads: {@code min:1}, {@code range:1:9}, {@code oneof:a,b}, {@code anycase:A,B}, {@code eachof:a,b},
 * {@code nonempty}, {@code gzip}, {@code throttled}, {@code reset}, {@code deadletters}, {@code distinct}.
 *
 * <p>Thread: any.
 */
public sealed interface ValueRule {
    ValueRule ANY = new Any();

    /** Throws {@link InvalidConfigException} when the value breaks the rule; null values are never asked about. */
    void check(String name, Object value);

    /** What is allowed, in a few words; empty when everything is. */
    String describe();

    static ValueRule of(String text) {
        int colon = text.indexOf(':');
        String kind = colon < 0 ? text : text.substring(0, colon);
        String rest = colon < 0 ? "" : text.substring(colon + 1);
        switch (kind) {
            case "":
                return ANY;
            case "min":
                return new Bounds(rest, null);
            case "range":
                return new Bounds(rest.substring(0, rest.indexOf(':')), rest.substring(rest.indexOf(':') + 1));
            case "oneof":
                return new OneOf(Arrays.asList(rest.split(",")), false);
            case "anycase":
                return new OneOf(Arrays.asList(rest.split(",")), true);
            case "eachof":
                return new EachOf(Arrays.asList(rest.split(",")));
            case "nonempty":
                return new NonEmpty();
            case "gzip":
                return new GzipLevel();
            case "throttled":
                return new ThrottledReplicas();
            case "reset":
                return new OffsetReset();
            case "deadletters":
                return new DeadLetters();
            case "distinct":
                return new Distinct();
            default:
                throw new IllegalStateException("no such rule: " + text);
        }
    }

    /** Everything of the right type. */
    record Any() implements ValueRule {
        @Override
        public void check(String name, Object value) {}

        @Override
        public String describe() {
            return "";
        }
    }

    /** A number not below {@code low} and, unless that is null, not above {@code high}. */
    record Bounds(String low, String high) implements ValueRule {
        @Override
        public void check(String name, Object value) {
            double number = ((Number) value).doubleValue();
            if (number < Double.parseDouble(low)) {
                throw ConfigValue.invalid(name, value, "Value must be at least " + low);
            }
            if (high != null && number > Double.parseDouble(high)) {
                throw ConfigValue.invalid(name, value, "Value must be no more than " + high);
            }
        }

        @Override
        public String describe() {
            return high == null ? "at least " + low : low + " to " + high;
        }
    }

    /** One of a few words. */
    record OneOf(List<String> allowed, boolean anyCase) implements ValueRule {
        @Override
        public void check(String name, Object value) {
            String text = value.toString();
            for (String word : allowed) {
                if (anyCase ? word.equalsIgnoreCase(text) : word.equals(text)) {
                    return;
                }
            }
            throw ConfigValue.invalid(
                    name,
                    value,
                    "String must be one of" + (anyCase ? " (case insensitive): " : ": ") + String.join(", ", allowed));
        }

        @Override
        public String describe() {
            return "one of " + String.join(", ", allowed);
        }
    }

    /** A list of a few words. */
    record EachOf(List<String> allowed) implements ValueRule {
        @Override
        public void check(String name, Object value) {
            for (Object entry : (List<?>) value) {
                if (!allowed.contains(entry.toString())) {
                    throw ConfigValue.invalid(name, entry, "String must be one of: " + String.join(", ", allowed));
                }
            }
        }

        @Override
        public String describe() {
            return "a list of " + String.join(", ", allowed);
        }
    }

    /** At least one character. */
    record NonEmpty() implements ValueRule {
        @Override
        public void check(String name, Object value) {
            if (value.toString().isEmpty()) {
                throw ConfigValue.invalid(name, value, "String must be non-empty");
            }
        }

        @Override
        public String describe() {
            return "not empty";
        }
    }

    /** The compressor's levels, and -1 for its own choice; 0 (stored) is none. */
    record GzipLevel() implements ValueRule {
        @Override
        public void check(String name, Object value) {
            int level = (Integer) value;
            if (level != -1 && (level < 1 || level > 9)) {
                throw ConfigValue.invalid(name, value, "Value must be between 1 and 9 or equal to -1");
            }
        }

        @Override
        public String describe() {
            return "1 to 9, or -1";
        }
    }

    /** Pairs of a partition and a broker, or everything. */
    record ThrottledReplicas() implements ValueRule {
        private static final Pattern PAIR = Pattern.compile("([0-9]+:[0-9]+)?");

        @Override
        public void check(String name, Object value) {
            List<?> entries = (List<?>) value;
            boolean all = entries.size() == 1 && entries.get(0).toString().equals("*");
            boolean pairs = entries.stream()
                    .allMatch(entry -> PAIR.matcher(entry.toString()).matches());
            if (!all && !pairs) {
                throw ConfigValue.invalid(
                        name,
                        value,
                        name + " must be the literal '*' or a list of replicas in the following format:"
                                + " [partitionId]:[brokerId],[partitionId]:[brokerId],...");
            }
        }

        @Override
        public String describe() {
            return "[partitionId]:[brokerId],... or *";
        }
    }

    /** Where a share group begins. */
    record OffsetReset() implements ValueRule {
        private static final String BY_DURATION = "by_duration:";

        @Override
        public void check(String name, Object value) {
            String text = value.toString();
            if (!text.equals("earliest") && !text.equals("latest") && !isDuration(text)) {
                throw ConfigValue.invalid(name, value, "The value must be " + describe());
            }
        }

        private static boolean isDuration(String text) {
            try {
                return text.startsWith(BY_DURATION)
                        && !Duration.parse(text.substring(BY_DURATION.length())).isNegative();
            } catch (DateTimeParseException e) {
                return false;
            }
        }

        @Override
        public String describe() {
            return "earliest, latest or by_duration:PnDTnHnMn.nS";
        }
    }

    /** A topic of the user's own, or none. */
    record DeadLetters() implements ValueRule {
        @Override
        public void check(String name, Object value) {
            if (value.toString().startsWith("__")) {
                throw ConfigValue.invalid(name, value, "DLQ topic name must not start with '__'");
            }
        }

        @Override
        public String describe() {
            return "a topic whose name does not start with __";
        }
    }

    /** A list in which nothing stands twice. */
    record Distinct() implements ValueRule {
        @Override
        public void check(String name, Object value) {
            List<?> entries = (List<?>) value;
            if (new HashSet<>(entries).size() != entries.size()) {
                throw ConfigValue.invalid(name, value, "entries must be distinct");
            }
        }

        @Override
        public String describe() {
            return "a list without repetitions";
        }
    }
}
