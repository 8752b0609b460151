package io.millrace.verticles.door;

import io.millrace.protocol.Errors;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;

/**
 * Why the door refuses: the code and the message of the {@code ReplyException} that the application gets.
 *
 * <p>Codes below 1000 are Kafka's error codes. The message is always a JSON object with {@code error} (the name of the code),
 * {@code message}, {@code retriable}, and, where another node is the right one, its {@code leader} and {@code address}.
 *
 * <p>Thread: immutable.
 */
public final class DoorFailure extends RuntimeException {
    private static final long serialVersionUID = 1;
    /** The envelope's version or kind is not known here. */
    public static final int UNSUPPORTED_FRAME = 1000;
    /** The session was closed, has expired or belongs to another node of the bus: open a new one. */
    public static final int UNKNOWN_SESSION = 1001;
    /** More is in flight than the session, the sender or the node may have: wait for answers and try again. */
    public static final int NO_CREDIT = 1002;
    /** The message cannot be understood; trying again does not help. */
    public static final int MALFORMED = 1003;
    /** The node starts or stops: ask another one. */
    public static final int NOT_SERVING = 1004;

    private final int code;
    private final transient JsonObject told;

    private DoorFailure(int code, JsonObject told) {
        super(told.encode(), null, false, false);
        this.code = code;
        this.told = told;
    }

    static DoorFailure of(int code, String message) {
        boolean retriable = code == UNKNOWN_SESSION || code == NO_CREDIT || code == NOT_SERVING;
        return new DoorFailure(code, json(name(code), message, retriable));
    }

    static DoorFailure of(Errors error, String message) {
        String text = message != null ? message : error.message();
        return new DoorFailure(error.code(), json(error.name(), text, error.isRetriable()));
    }

    /** Why there is an answer that could not be given; the next one may be. */
    static DoorFailure ofUnsent(Throwable why) {
        return why instanceof OutOfMemoryError
                ? of(NO_CREDIT, "the node has no memory for the answer")
                : of(Errors.KAFKA_STORAGE_ERROR, null);
    }

    /** Why a message could not be served at all; the door itself is as well as before. */
    static DoorFailure ofUnserved(Throwable why) {
        if (why instanceof DoorFailure known) {
            return known;
        }
        if (why instanceof OutOfMemoryError) {
            return of(NO_CREDIT, "the node has no memory for this message");
        }
        if (why instanceof StackOverflowError) {
            return of(MALFORMED, "the message is nested too deeply");
        }
        return of(MALFORMED, why instanceof DecodeException ? "the body is no JSON" : "internal error");
    }

    /** Says which node to ask instead; -1 when nobody leads. */
    DoorFailure askInstead(int leader) {
        told.put("leader", leader);
        if (leader >= 0) {
            told.put("address", DoorAddresses.of(leader));
        }
        return new DoorFailure(code, told);
    }

    private static JsonObject json(String error, String message, boolean retriable) {
        return new JsonObject().put("error", error).put("message", message).put("retriable", retriable);
    }

    private static String name(int code) {
        return switch (code) {
            case UNSUPPORTED_FRAME -> "UNSUPPORTED_FRAME";
            case UNKNOWN_SESSION -> "UNKNOWN_SESSION";
            case NO_CREDIT -> "NO_CREDIT";
            case NOT_SERVING -> "NOT_SERVING";
            default -> "MALFORMED";
        };
    }

    /** The failure code of the reply. */
    public int code() {
        return code;
    }
}
