package io.millrace.verticles.door;

import io.millrace.protocol.Errors;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.Set;
import java.util.TreeSet;

/**
 * The fields of a plain request by name, whether they stand in a JSON body or in the headers of a message with a {@code
 * Buffer} body.
 *
 * <p>Thread: one.
 */
abstract class PlainFields {
    static final String OP = "op";
    private static final int MOST_SHOWN = 100;

    static PlainFields of(JsonObject json) {
        return new PlainFields() {
            @Override
            Object raw(String name) {
                return json.getValue(name);
            }
        };
    }

    static PlainFields of(MultiMap headers) {
        return new PlainFields() {
            @Override
            Object raw(String name) {
                return headers.get(name);
            }
        };
    }

    /** The value as it stands there, null when absent. */
    abstract Object raw(String name);

    String text(String name) {
        Object value = raw(name);
        if (value != null && !(value instanceof String)) {
            throw wrong(name, value, "a text");
        }
        return (String) value;
    }

    String needText(String name) {
        String value = text(name);
        if (value == null) {
            throw missing(name);
        }
        return value;
    }

    long number(String name, long otherwise) {
        Object value = raw(name);
        if (value == null) {
            return otherwise;
        }
        try {
            if (value instanceof String text) {
                return Long.parseLong(text);
            }
            if (value instanceof Integer || value instanceof Long) {
                return ((Number) value).longValue();
            }
        } catch (NumberFormatException said) {
            // below
        }
        throw wrong(name, value, "a whole number");
    }

    /** @param otherwise when it is absent: need not be between the two */
    int number(String name, int otherwise, int min, int max) {
        if (raw(name) == null) {
            return otherwise;
        }
        long value = number(name, otherwise);
        if (value < min || value > max) {
            throw wrong(name, value, "from " + min + " to " + max);
        }
        return (int) value;
    }

    int needNumber(String name, int min, int max) {
        if (raw(name) == null) {
            throw missing(name);
        }
        return number(name, min, min, max);
    }

    static DoorFailure missing(String name) {
        return DoorFailure.of(DoorFailure.MALFORMED, "\"" + name + "\" is missing");
    }

    /** Refuses a JSON object with other fields: one that is misspelt must not pass for one that is absent. */
    static void only(Set<String> known, JsonObject json) {
        for (String name : json.fieldNames()) {
            if (!known.contains(name)) {
                throw DoorFailure.of(
                        DoorFailure.MALFORMED,
                        "\"" + shown(name) + "\" is not known here; known are "
                                + String.join(", ", new TreeSet<>(known)));
            }
        }
    }

    /** Bytes that stand as text under {@code name} or in Base64 under {@code name + "Base64"}; null when absent. */
    byte[] bytes(String name) {
        return bytes(name, text(name), text(name + "Base64"));
    }

    static byte[] bytes(String name, String text, String base64) {
        if (text != null && base64 != null) {
            throw DoorFailure.of(DoorFailure.MALFORMED, "\"" + name + "\" is given twice, as text and in Base64");
        }
        if (text != null) {
            return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }
        try {
            return base64 == null ? null : Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException damaged) {
            throw wrong(name + "Base64", base64, "Base64");
        }
    }

    static DoorFailure wrong(String name, Object value, String allowed) {
        return DoorFailure.of(
                DoorFailure.MALFORMED, "\"" + shown(name) + "\" is " + shown(value) + ", it must be " + allowed);
    }

    /** Enough of it to be known again: what comes in may be long, and comes back in the answer. */
    private static String shown(Object value) {
        if (value instanceof JsonObject || value instanceof JsonArray) {
            return value instanceof JsonObject ? "an object" : "a list";
        }
        String text = String.valueOf(value);
        return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
    }

    static DoorFailure unknownTopic(String topic) {
        return DoorFailure.of(Errors.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic " + shown(topic));
    }
}
