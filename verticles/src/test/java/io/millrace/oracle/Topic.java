package io.millrace.oracle;

import org.apache.kafka.common.Uuid;

/**
 * A topic that one side made for one question: its unique name and the id the broker gave it.
 *
 * <p>Thread: any; immutable.
 */
public record Topic(String name, Uuid id) {}
