package io.millrace.membership.config;

import java.util.Arrays;
import java.util.List;

/**
 * A config's text as a value of its type and back, with the words that Kafka has for what is wrong with it.
 *
 * <p>Thread: any; has no state.
 */
final class ConfigValue {
    private ConfigValue() {}

    /** Boolean, Integer, Short, Long, Double, String or List of String; null for null. */
    static Object parse(String name, ConfigType type, String text) {
        if (text == null) {
            return null;
        }
        String trimmed = text.trim();
        switch (type) {
            case BOOLEAN:
                if (trimmed.equalsIgnoreCase("true")) {
                    return true;
                }
                if (trimmed.equalsIgnoreCase("false")) {
                    return false;
                }
                throw invalid(name, text, "Expected value to be either true or false");
            case INT:
            case SHORT:
            case LONG:
            case DOUBLE:
                return number(name, type, text, trimmed);
            case LIST:
                return trimmed.isEmpty() ? List.of() : Arrays.asList(trimmed.split("\\s*,\\s*", -1));
            case PASSWORD:
            case UNKNOWN:
                return text;
            default:
                return trimmed;
        }
    }

    private static Object number(String name, ConfigType type, String text, String trimmed) {
        try {
            switch (type) {
                case INT:
                    return Integer.parseInt(trimmed);
                case SHORT:
                    return Short.parseShort(trimmed);
                case LONG:
                    return Long.parseLong(trimmed);
                default:
                    return Double.parseDouble(trimmed);
            }
        } catch (NumberFormatException e) {
            throw invalid(name, text, "Not a number of type " + type);
        }
    }

    /** The text as it is shown: without blanks around it, {@code true} for {@code TRUE}, {@code 0.5} for {@code .5}. */
    static String canonical(String name, ConfigType type, String text) {
        Object value = parse(name, type, text);
        if (value instanceof List<?> list) {
            return String.join(",", list.stream().map(Object::toString).toList());
        }
        return value == null ? null : value.toString();
    }

    static InvalidConfigException invalid(String name, Object value, String why) {
        return new InvalidConfigException("Invalid value " + value + " for configuration " + name + ": " + why);
    }
}
