package io.millrace.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Apache Kafka 4.4.0, one node in KRaft combined mode with its default settings, started from the class path that
 * {@code bin/install-test-tools} resolved.
 *
 * <p>Thread: the test that started it.
 */
public final class OracleBroker extends BrokerProcess {
    private static final String CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qg";
    private final String classpath = TestTools.classpath("oracle");
    private final Path properties = home().resolve("server.properties");

    private OracleBroker(Map<String, String> settings, List<String> folders) {
        super("Kafka 4.4.0");
        int controllerPort = FreePorts.next();
        Map<String, String> all = new TreeMap<>(settings);
        String clientListeners = "PLAINTEXT://127.0.0.1:" + port() + ",SECOND://127.0.0.1:" + secondPort();
        all.put("process.roles", "broker,controller");
        all.put("node.id", "1");
        all.put("listeners", clientListeners + ",CONTROLLER://127.0.0.1:" + controllerPort);
        all.put("advertised.listeners", clientListeners);
        all.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,SECOND:PLAINTEXT,CONTROLLER:PLAINTEXT");
        all.put("inter.broker.listener.name", "PLAINTEXT");
        all.put("controller.listener.names", "CONTROLLER");
        all.put("controller.quorum.bootstrap.servers", "127.0.0.1:" + controllerPort);
        all.put("log.dirs", folders(folders).stream().map(Path::toString).collect(Collectors.joining(",")));
        StringBuilder text = new StringBuilder();
        all.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        try {
            Files.writeString(properties, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Formats a new folder and starts; {@code settings} are Kafka's own broker settings. */
    public static OracleBroker start(Map<String, String> settings) {
        return startOn(List.of(), settings);
    }

    /** The same with several log directories, of these names, in the data folder. */
    static OracleBroker startOn(List<String> folders, Map<String, String> settings) {
        OracleBroker broker = new OracleBroker(settings, folders);
        broker.format();
        broker.start();
        return broker;
    }

    private List<String> java(String main, String... arguments) {
        return Commands.java(
                classpath, List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"), main, arguments);
    }

    private void format() {
        Commands.Result result = Commands.run(java(
                "kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER_ID, "-c", properties.toString()));
        if (result.exitCode() != 0) {
            throw new IllegalStateException("the oracle's folder cannot be formatted:\n" + result.output());
        }
    }

    @Override
    protected List<String> command() {
        return java("kafka.Kafka", properties.toString());
    }
}
