package io.millrace.verticles.config;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;

/**
 * A config's values after the schema has passed them: fills in defaults, and checks what no schema can say.
 *
 * <p>Thread: one; used while a config is read.
 */
final class ConfigTree {
    private static final String LARGEST_REQUEST = "socket.request.max.bytes";
    private static final long LARGEST_REQUEST_DEFAULT = 104_857_600;

    private final ConfigSchema schema;
    private final Map<String, Object> tree;
    private final Path file;
    private final Overrides overrides;

    ConfigTree(ConfigSchema schema, Map<String, Object> tree, Path file, Overrides overrides) {
        this.schema = schema;
        this.tree = tree;
        this.file = file;
        this.overrides = overrides;
    }

    NodeConfig toConfig(HostLimits host, Map<String, String> kafka) {
        int nodeId = (int) number("node", "id", 0);
        return new NodeConfig(
                nodeId,
                Optional.ofNullable((String) value("node", "rack")),
                Optional.ofNullable((String) value("node", "cluster.id")).map(ConfigTree::uuid),
                listeners(),
                dataDirectories(),
                cluster(nodeId),
                Boolean.TRUE.equals(value("http", "enabled"))
                        ? Optional.of(new NodeConfig.Http(HostPort.parse((String) value("http", "bind")), (int)
                                number("http", "partition.series.max", 0)))
                        : Optional.empty(),
                settings(kafka, host),
                runtime(host));
    }

    /** What Kafka's clients see of this node's settings: what was set under Kafka's names, and under ours. */
    private Map<String, String> settings(Map<String, String> kafka, HostLimits host) {
        Map<String, String> settings = new TreeMap<>(kafka);
        String node = Long.toString(number("node", "id", 0));
        settings.put("node.id", node);
        settings.put("broker.id", node);
        settings.put("process.roles", "broker,controller");
        settings.put("listeners", joined(listener -> listener.name() + "://" + listener.bind()));
        settings.put("advertised.listeners", joined(listener -> listener.name() + "://" + listener.advertised()));
        settings.put(
                "log.dirs",
                String.join(",", dataDirectories().stream().map(Path::toString).toList()));
        if (value("node", "rack") instanceof String rack) {
            settings.put("broker.rack", rack);
        }
        long requestMemory = runtime(host).requestMemoryBytes();
        long largest = kafka.containsKey(LARGEST_REQUEST)
                ? Long.parseLong(kafka.get(LARGEST_REQUEST).trim())
                : LARGEST_REQUEST_DEFAULT;
        if (largest > requestMemory && kafka.containsKey(LARGEST_REQUEST)) {
            throw wrong(
                    "kafka." + LARGEST_REQUEST,
                    largest + " is more than runtime.request.memory.bytes (" + requestMemory
                            + "), so such a request could never be received: give less here, or more there");
        } else if (largest > requestMemory) {
            settings.put(LARGEST_REQUEST, Long.toString(requestMemory));
        }
        return Collections.unmodifiableMap(settings);
    }

    private String joined(Function<NodeConfig.Listener, String> text) {
        return String.join(",", listeners().stream().map(text).toList());
    }

    private List<NodeConfig.Listener> listeners() {
        List<NodeConfig.Listener> listeners = new ArrayList<>();
        ConfigSchema.map(tree.get("listeners")).forEach((name, value) -> {
            Map<String, Object> object = ConfigSchema.map(value);
            String path = "listeners." + name;
            HostPort bind = HostPort.parse((String) object.get("bind"));
            Object told = object.get("advertised");
            HostPort advertised = told == null ? bind : HostPort.parse((String) told);
            if (told == null && bind.isWildcard()) {
                throw wrong(
                        path + ".bind",
                        "\"" + bind + "\" is every interface, and clients cannot connect to that: say in \"" + path
                                + ".advertised\" which host:port they shall use");
            }
            if (advertised.isWildcard()) {
                throw wrong(
                        path + ".advertised",
                        "\"" + advertised + "\" is no address that a client can connect to: name a host");
            }
            for (NodeConfig.Listener other : listeners) {
                if (other.bind().equals(bind) && bind.port() != 0) {
                    throw wrong(path + ".bind", "\"" + bind + "\" is taken by the listener " + other.name());
                }
            }
            listeners.add(new NodeConfig.Listener(name, bind, advertised));
        });
        return List.copyOf(listeners);
    }

    private List<Path> dataDirectories() {
        Path base = file.toAbsolutePath().getParent();
        List<Path> folders = new ArrayList<>();
        for (Object text : (List<?>) tree.get("data")) {
            Path folder = base.resolve((String) text).normalize();
            if (folders.contains(folder)) {
                throw wrong("data", "names the folder " + folder + " twice");
            }
            folders.add(folder);
        }
        return List.copyOf(folders);
    }

    private NodeConfig.Cluster cluster(int nodeId) {
        Map<String, Object> bus = ConfigSchema.map(section("cluster").get("bus"));
        ConfigSchema busRules = rules("cluster").property("bus").orElseThrow();
        HostPort bind = HostPort.parse((String) orDefault(bus, busRules, "bind"));
        HostPort advertised = bus.containsKey("advertised") ? HostPort.parse((String) bus.get("advertised")) : bind;
        if (advertised.isWildcard()) {
            throw wrong(
                    "cluster.bus." + (bus.containsKey("advertised") ? "advertised" : "bind"),
                    "\"" + advertised + "\" is every interface, and other nodes cannot connect to that: say in"
                            + " \"cluster.bus.advertised\" which host:port they shall use");
        }
        List<NodeConfig.Voter> voters = new ArrayList<>();
        if (value("cluster", "voters") instanceof List<?> texts) {
            texts.forEach(text -> voters.add(NodeConfig.Voter.parse((String) text)));
            if (voters.size() % 2 == 0) {
                throw wrong("cluster.voters", "has " + voters.size() + " entries; a quorum has 1, 3 or 5");
            }
            if (voters.stream().map(NodeConfig.Voter::nodeId).distinct().count() < voters.size()) {
                throw wrong("cluster.voters", "names a node id twice");
            }
        } else {
            voters.add(new NodeConfig.Voter(nodeId, advertised));
        }
        Map<String, Object> hazelcast = ConfigSchema.map(section("cluster").get("hazelcast"));
        ConfigSchema hazelcastRules = rules("cluster").property("hazelcast").orElseThrow();
        List<HostPort> seeds = ((List<?>) value("cluster", "seeds"))
                .stream().map(text -> HostPort.parse((String) text)).toList();
        return new NodeConfig.Cluster(
                List.copyOf(voters),
                bind,
                advertised,
                HostPort.parse((String) orDefault(hazelcast, hazelcastRules, "bind")),
                seeds,
                (String) value("cluster", "name"),
                timers());
    }

    private NodeConfig.Timers timers() {
        NodeConfig.Timers timers = new NodeConfig.Timers(
                timer("heartbeat.ms"),
                timer("session.ms"),
                timer("quorum.fetch.ms"),
                timer("quorum.election.ms"),
                timer("probe.ms"),
                timer("bus.ping.ms"),
                timer("bus.pong.ms"),
                timer("bus.connect.ms"));
        if (timers.sessionMs() < 3 * timers.heartbeatMs()) {
            throw wrong(
                    "cluster.timers.session.ms",
                    timers.sessionMs() + " is less than three times heartbeat.ms (" + timers.heartbeatMs()
                            + "): one late heartbeat would fence a healthy broker");
        }
        return timers;
    }

    private int timer(String key) {
        Object value = orDefault(
                ConfigSchema.map(section("cluster").get("timers")),
                rules("cluster").property("timers").orElseThrow(),
                key);
        return ((BigDecimal) value).intValueExact();
    }

    private NodeConfig.Runtime runtime(HostLimits host) {
        long direct = host.directMemoryBytes();
        NodeConfig.Runtime runtime = new NodeConfig.Runtime(
                (int) number("runtime", "event.loops", Math.min(256, host.cores())),
                number("runtime", "request.memory.bytes", Math.max(1 << 20, direct / 2)),
                number("runtime", "tail.cache.bytes", direct / 8),
                (int) number("runtime", "io.threads", 0),
                (int) number("runtime", "sync.threads", 0),
                (int) number("runtime", "open.files", 0),
                number("runtime", "writer.queue.bytes", Math.max(1 << 20, direct / 4)),
                number("runtime", "shutdown.deadline.ms", 0));
        if (runtime.requestMemoryBytes() + runtime.tailCacheBytes() > direct) {
            throw wrong(
                    section("runtime").containsKey("tail.cache.bytes")
                            ? "runtime.tail.cache.bytes"
                            : "runtime.request.memory.bytes",
                    "request.memory.bytes (" + runtime.requestMemoryBytes() + ") and tail.cache.bytes ("
                            + runtime.tailCacheBytes() + ") together exceed the direct memory of this process, "
                            + direct
                            + " bytes: give less here, or more with MILLRACE_DIRECT=512m");
        }
        return runtime;
    }

    private Object value(String section, String key) {
        return orDefault(section(section), rules(section), key);
    }

    private long number(String section, String key, long otherwise) {
        Object value = value(section, key);
        return value == null ? otherwise : ((BigDecimal) value).longValueExact();
    }

    private Map<String, Object> section(String name) {
        return ConfigSchema.map(tree.get(name));
    }

    private ConfigSchema rules(String section) {
        return schema.property(section).orElseThrow();
    }

    private static Object orDefault(Map<String, Object> object, ConfigSchema rules, String key) {
        Object given = object.get(key);
        return given != null
                ? given
                : rules.property(key).orElseThrow().defaultValue().orElse(null);
    }

    private static UUID uuid(String text) {
        if (text.length() == 36) {
            return UUID.fromString(text);
        }
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    private ConfigException wrong(String path, String text) {
        return new ConfigException(overrides.sourceOf(path, file.toString()) + ": " + text);
    }
}
