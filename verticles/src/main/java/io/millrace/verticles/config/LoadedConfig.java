package io.millrace.verticles.config;

import java.util.List;

/**
 * A config that may be used, and what its owner should be told about it (once, in the log).
 *
 * <p>Thread: any; immutable.
 */
public record LoadedConfig(NodeConfig config, List<String> warnings) {}
