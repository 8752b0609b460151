package io.millrace.verticles.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Everything one node was told: file, environment and {@code -D} overrides put together, checked, with defaults filled in.
 *
 * <p>Thread: any; immutable.
 *
 * @param nodeId this node's id, also its broker id
 * @param rack where it stands, empty when not said
 * @param clusterId the id a new data folder is formatted with, empty = a random one; a formatted folder must agree
 * @param listeners by name, in the order of the file; at least one
 * @param dataDirectories absolute; at least one; the first also holds the metadata log
 * @param cluster the quorum and how members find each other
 * @param http where {@code /metrics} and {@code /health} answer, empty when switched off
 * @param kafka Kafka's own broker settings as text: those that somebody set, here or (like {@code listeners}) in our own words
 * @param runtime sizes of threads and memory
 */
public record NodeConfig(
        int nodeId,
        Optional<String> rack,
        Optional<UUID> clusterId,
        List<Listener> listeners,
        List<Path> dataDirectories,
        Cluster cluster,
        Optional<Http> http,
        Map<String, String> kafka,
        Runtime runtime) {

    /** A Kafka listener: where it binds and what clients are told. {@code advertised.port() == 0} means the bound port. */
    public record Listener(String name, HostPort bind, HostPort advertised) {}

    /** The operators' door. Beyond {@code partitionSeriesMax} partitions none is shown one by one. */
    public record Http(HostPort bind, int partitionSeriesMax) {}

    /** A member of the metadata quorum. */
    public record Voter(int nodeId, HostPort address) {

        /** Reads {@code id@host:port}; the exception's message says what is wrong with it. */
        public static Voter parse(String text) {
            int at = text.indexOf('@');
            try {
                if (at > 0 && Integer.parseInt(text.substring(0, at)) >= 0) {
                    return new Voter(Integer.parseInt(text.substring(0, at)), HostPort.parse(text.substring(at + 1)));
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new IllegalArgumentException("write id@host:port");
        }
    }

    /**
     * Who decides, and where the bus between nodes listens.
     *
     * @param voters the metadata quorum; never empty, one node alone is a quorum of one
     * @param bus where this node's event bus binds
     * @param busAdvertised what other nodes are told
     * @param hazelcast where this node's Hazelcast member binds
     * @param seeds Hazelcast members to join; empty = join nobody
     * @param name Hazelcast's cluster name: members of different names never meet
     * @param timers how soon nodes notice each other's absence
     */
    public record Cluster(
            List<Voter> voters,
            HostPort bus,
            HostPort busAdvertised,
            HostPort hazelcast,
            List<HostPort> seeds,
            String name,
            Timers timers) {
        public Cluster(
                List<Voter> voters,
                HostPort bus,
                HostPort busAdvertised,
                HostPort hazelcast,
                List<HostPort> seeds,
                String name) {
            this(voters, bus, busAdvertised, hazelcast, seeds, name, Timers.DEFAULTS);
        }

        public boolean alone() {
            return voters.size() == 1 && seeds.isEmpty();
        }
    }

    /**
     * How soon nodes notice each other's absence; {@code cluster.timers} in the schema says what each is for.
     *
     * @param busPongMs a bus connection without an answer to its ping for so long is closed
     */
    public record Timers(
            int heartbeatMs,
            int sessionMs,
            int quorumFetchMs,
            int quorumElectionMs,
            int probeMs,
            int busPingMs,
            int busPongMs,
            int busConnectMs) {
        public static final Timers DEFAULTS = new Timers(250, 2_500, 1_000, 300, 150, 2_000, 4_000, 2_000);
    }

    /**
     * Threads and memory, already resolved from what the process may use where the file says nothing.
     *
     * @param eventLoops one shard each
     * @param requestMemoryBytes request bytes in flight over all connections before reading stops
     * @param tailCacheBytes newest record bytes kept for consumers, over all shards
     * @param ioThreads cold reads, index loads and recovery
     * @param syncThreads parallel syncs of files
     * @param openFiles segment files kept open
     * @param writerQueueBytes bytes waiting for one log directory's writer before produce is refused as busy
     * @param shutdownDeadlineMs a SIGTERM is answered within this time, clean or not
     */
    public record Runtime(
            int eventLoops,
            long requestMemoryBytes,
            long tailCacheBytes,
            int ioThreads,
            int syncThreads,
            int openFiles,
            long writerQueueBytes,
            long shutdownDeadlineMs) {}

    public Listener listener(String name) {
        for (Listener listener : listeners) {
            if (listener.name().equals(name)) {
                return listener;
            }
        }
        throw new IllegalArgumentException("no listener " + name);
    }
}
