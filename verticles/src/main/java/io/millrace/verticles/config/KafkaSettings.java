package io.millrace.verticles.config;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Port to whoever knows Kafka's broker settings: which exist, what they may be, and which of them this node honours.
 *
 * <p>Thread: any; must not block.
 */
public interface KafkaSettings {

    /** Something to say about a setting: refused ends the start, otherwise it is logged once. */
    record Remark(String name, boolean refused, String text) {}

    /** Every known name, for "did you mean". */
    Collection<String> names();

    /** What is to be said about {@code settings}; empty when all are in order. */
    List<Remark> check(Map<String, String> settings);
}
