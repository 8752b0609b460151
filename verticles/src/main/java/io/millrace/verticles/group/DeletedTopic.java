package io.millrace.verticles.group;

import java.util.Objects;
import java.util.UUID;

/**
 * A topic that is no more. Its id keeps apart what was committed for a younger topic of the same name.
 *
 * <p>Thread: any.
 */
public record DeletedTopic(UUID id, String name) {
    public DeletedTopic {
        Objects.requireNonNull(id);
        Objects.requireNonNull(name);
    }
}
