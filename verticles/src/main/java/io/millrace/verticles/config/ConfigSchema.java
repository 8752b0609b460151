package io.millrace.verticles.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads {@code conf/schema/node.schema.json} and holds values against it: the file that documents the config is the one that
 * checks it.
 *
 * <p>Knows the part of JSON Schema that the file uses; a keyword it does not know is an error at once, so that no rule can
 * stand in the schema without being enforced. A general validator costs more start time than the whole reading of a config.
 *
 * <p>Thread: any; immutable.
 */
final class ConfigSchema {
    private static final Set<String> ANNOTATIONS = Set.of("$schema", "title", "description", "default");
    private static final Set<String> RULES = Set.of(
            "type",
            "required",
            "additionalProperties",
            "properties",
            "propertyNames",
            "minProperties",
            "minimum",
            "maximum",
            "minLength",
            "pattern",
            "format",
            "items",
            "minItems",
            "maxItems",
            "uniqueItems");

    private final Map<String, Object> rules;

    private ConfigSchema(Map<String, Object> rules) {
        this.rules = rules;
        for (String keyword : rules.keySet()) {
            if (!RULES.contains(keyword) && !ANNOTATIONS.contains(keyword)) {
                throw new IllegalStateException("the config schema uses " + keyword + ", which nothing enforces");
            }
        }
    }

    static ConfigSchema node() {
        try (InputStream in = ConfigSchema.class.getResourceAsStream("/schema/node.schema.json")) {
            if (in == null) {
                throw new IllegalStateException("schema/node.schema.json is not on the class path");
            }
            return new ConfigSchema(
                    JsonText.object("node.schema.json", new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A value that breaks a rule: where it stands and, after the key, what is wrong with it. */
    record Violation(String path, String text) {}

    /** The first rule that {@code value} breaks. */
    Optional<Violation> check(Object value) {
        return check("", value);
    }

    Set<String> propertyNames() {
        return map(rules.get("properties")).keySet();
    }

    Optional<ConfigSchema> property(String name) {
        Object named = map(rules.get("properties")).get(name);
        return named == null ? Optional.empty() : Optional.of(new ConfigSchema(map(named)));
    }

    /** The schema of keys that are not named one by one, when there may be such. */
    Optional<ConfigSchema> otherProperties() {
        return rules.get("additionalProperties") instanceof Map<?, ?> other
                ? Optional.of(new ConfigSchema(map(other)))
                : Optional.empty();
    }

    boolean isA(String type) {
        return types().contains(type);
    }

    Optional<Object> defaultValue() {
        return Optional.ofNullable(rules.get("default"));
    }

    /** What {@code text}, from the command line or the environment, means here; the text itself when it means nothing. */
    Object fromText(String text) {
        if (isA("string")) {
            return text;
        }
        if (isA("boolean") && (text.equals("true") || text.equals("false"))) {
            return Boolean.valueOf(text);
        }
        if (isA("array")) {
            return text.isBlank() ? List.of() : List.of((Object[]) text.trim().split("\\s*,\\s*"));
        }
        try {
            return isA("integer") ? new BigDecimal(text.trim()) : text;
        } catch (NumberFormatException e) {
            return text;
        }
    }

    private Optional<Violation> check(String path, Object value) {
        if (!types().isEmpty() && types().stream().noneMatch(type -> hasType(value, type))) {
            return wrong(path, shown(value) + " is not " + expected());
        }
        if (value instanceof Map<?, ?> object) {
            return checkObject(path, map(object));
        }
        if (value instanceof List<?> list) {
            return checkList(path, list);
        }
        if (value instanceof String text) {
            return checkText(path, text);
        }
        if (value instanceof BigDecimal number && (below(number) || above(number))) {
            return wrong(path, shown(value) + " is not " + expected());
        }
        return Optional.empty();
    }

    private Optional<Violation> checkObject(String path, Map<String, Object> object) {
        for (Object required : list(rules.get("required"))) {
            if (!object.containsKey(required)) {
                return wrong(join(path, (String) required), "is missing");
            }
        }
        for (Map.Entry<String, Object> entry : object.entrySet()) {
            String at = join(path, entry.getKey());
            Optional<ConfigSchema> rule = property(entry.getKey()).or(this::otherProperties);
            if (rule.isEmpty()) {
                String allowed = " (known here: " + String.join(", ", propertyNames()) + ")";
                String hint = DidYouMean.hint(entry.getKey(), propertyNames());
                return wrong(at, "is not a key of the config" + (hint.isEmpty() ? allowed : hint));
            }
            if (property(entry.getKey()).isEmpty() && rules.get("propertyNames") instanceof Map<?, ?> names) {
                String pattern = (String) names.get("pattern");
                if (!Pattern.matches(pattern, entry.getKey())) {
                    return wrong(at, "is not a name that may stand here: it must match " + pattern);
                }
            }
            Optional<Violation> inside = rule.get().check(at, entry.getValue());
            if (inside.isPresent()) {
                return inside;
            }
        }
        if (object.size() < number("minProperties", 0)) {
            return wrong(path, "is empty: at least " + rules.get("minProperties") + " is needed");
        }
        return Optional.empty();
    }

    private Optional<Violation> checkList(String path, List<?> list) {
        if (list.size() < number("minItems", 0) || list.size() > number("maxItems", Long.MAX_VALUE)) {
            return wrong(
                    path,
                    "has " + list.size() + " entries; allowed are " + rules.get("minItems") + " to "
                            + rules.get("maxItems"));
        }
        if (Boolean.TRUE.equals(rules.get("uniqueItems")) && new HashSet<>(list).size() < list.size()) {
            return wrong(path, "names the same thing twice: " + shown(list));
        }
        if (rules.get("items") instanceof Map<?, ?> items) {
            ConfigSchema each = new ConfigSchema(map(items));
            for (int i = 0; i < list.size(); i++) {
                Optional<Violation> inside = each.check(path + "[" + i + "]", list.get(i));
                if (inside.isPresent()) {
                    return inside;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Violation> checkText(String path, String text) {
        if (text.length() < number("minLength", 0)) {
            return wrong(path, "is empty");
        }
        if (rules.get("pattern") instanceof String pattern && !Pattern.matches(pattern, text)) {
            return wrong(path, shown(text) + " is not allowed: it must match " + pattern);
        }
        if (rules.get("format") instanceof String format) {
            try {
                if (format.equals("host-port")) {
                    HostPort.parse(text);
                } else if (format.equals("voter")) {
                    NodeConfig.Voter.parse(text);
                } else {
                    throw new IllegalStateException("the config schema uses the format " + format);
                }
            } catch (IllegalArgumentException e) {
                return wrong(path, shown(text) + " is not an address: " + e.getMessage());
            }
        }
        return Optional.empty();
    }

    private String expected() {
        List<String> names = new ArrayList<>();
        for (String type : types()) {
            switch (type) {
                case "integer" ->
                    names.add("a whole number from " + rules.get("minimum") + " to " + rules.get("maximum"));
                case "object" -> names.add("an object in braces { }");
                case "array" -> names.add("a list in brackets [ ]");
                case "boolean" -> names.add("true or false");
                case "string" -> names.add("a text in quotes");
                default -> names.add("a " + type);
            }
        }
        return String.join(" or ", names);
    }

    private Collection<String> types() {
        Object type = rules.get("type");
        return type instanceof String one
                ? List.of(one)
                : list(type).stream().map(String.class::cast).toList();
    }

    private boolean below(BigDecimal number) {
        return rules.get("minimum") instanceof BigDecimal minimum && number.compareTo(minimum) < 0;
    }

    private boolean above(BigDecimal number) {
        return rules.get("maximum") instanceof BigDecimal maximum && number.compareTo(maximum) > 0;
    }

    private long number(String keyword, long otherwise) {
        return rules.get(keyword) instanceof BigDecimal number ? number.longValueExact() : otherwise;
    }

    private static boolean hasType(Object value, String type) {
        return switch (type) {
            case "object" -> value instanceof Map;
            case "array" -> value instanceof List;
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "number" -> value instanceof BigDecimal;
            case "integer" ->
                value instanceof BigDecimal number
                        && number.stripTrailingZeros().scale() <= 0;
            default -> throw new IllegalStateException("the config schema uses the type " + type);
        };
    }

    private static Optional<Violation> wrong(String path, String text) {
        return Optional.of(new Violation(path, text));
    }

    private static String shown(Object value) {
        return value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
    }

    static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object value) {
        return value == null ? Map.of() : (Map<String, Object>) value;
    }

    private static List<?> list(Object value) {
        return value == null ? List.of() : (List<?>) value;
    }
}
