package io.millrace.verticles.handler;

import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.protocol.Errors;
import java.util.EnumMap;
import java.util.Map;

/**
 * The one place where the controller's reasons become Kafka's error codes: by name.
 *
 * <p>Thread: any.
 */
public final class ControllerErrors {
    private static final Map<ControllerError, Errors> KAFKA = new EnumMap<>(ControllerError.class);

    static {
        for (ControllerError error : ControllerError.values()) {
            KAFKA.put(error, Errors.valueOf(error.name()));
        }
    }

    private ControllerErrors() {}

    public static Errors toKafka(ControllerError error) {
        return KAFKA.get(error);
    }

    /** The code for a command that failed as a whole. */
    public static Errors toKafka(Throwable failure) {
        return failure instanceof ControllerException refused ? toKafka(refused.error()) : Errors.UNKNOWN_SERVER_ERROR;
    }
}
