package io.millrace.verticles.main;

import io.millrace.verticles.config.NodeConfig;

/**
 * Settings that libraries read once from system properties; whoever gave one on the command line keeps it.
 *
 * <p>Thread: the main thread, before Netty's and Hazelcast's classes are loaded.
 */
final class ProcessSettings {
    private ProcessSettings() {}

    /** What does not depend on the config; the first thing a process does, since even reading the config touches Netty. */
    static void applyFixed() {
        set("io.netty.allocator.type", "pooled");
        set("io.netty.allocator.numHeapArenas", "1");
        set("io.netty.leakDetection.level", "disabled");
        // Else the first buffer of a node sets up the whole Flight Recorder, on the loop that serves the first request.
        set("io.netty.jfr.enabled", "false");
        // A channel is known by its number in this process alone: no need to ask for the machine's network cards.
        set("io.netty.machineId", "00:00:00:00:00:01");
        set("io.netty.processId", "1");
        if (System.getProperty("logback.configurationFile") == null) {
            set("slf4j.provider", "io.millrace.verticles.main.LogProvider");
            // Else it tells the terminal that it was told.
            set("slf4j.internal.verbosity", "WARN");
        }
        // The JDK's resolver: nothing to load, no thread, and it honours /etc/hosts.
        set("vertx.disableDnsResolver", "true");
        set("hazelcast.logging.type", "slf4j");
        set("hazelcast.phone.home.enabled", "false");
    }

    static void apply(NodeConfig config) {
        set(
                "io.netty.allocator.numDirectArenas",
                Integer.toString(config.runtime().eventLoops()));
    }

    private static void set(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }
}
