package io.millrace.oracle;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One Millrace node in its own process, on the class path of the tests.
 *
 * <p>Thread: the test that started it.
 */
public final class MillraceBroker extends BrokerProcess {
    private final Path config = home().resolve("node.json");

    private final Path data;

    private MillraceBroker(Map<String, String> settings, Path data, List<String> folders) {
        super("Millrace");
        this.data = data == null ? home().resolve("data") : data;
        NodeJson.write(config, port(), secondPort(), folders(folders), new TreeMap<>(settings));
    }

    /** Starts on an empty folder; {@code settings} are Kafka's own broker settings. */
    public static MillraceBroker start(Map<String, String> settings) {
        return start(settings, null);
    }

    /** The same on a folder that the test chose, or in one of its own for null. */
    public static MillraceBroker start(Map<String, String> settings, Path data) {
        MillraceBroker broker = new MillraceBroker(settings, data, List.of());
        broker.start();
        return broker;
    }

    /** The same with several log directories, of these names, in the data folder. */
    static MillraceBroker startOn(List<String> folders, Map<String, String> settings) {
        MillraceBroker broker = new MillraceBroker(settings, null, folders);
        broker.start();
        return broker;
    }

    @Override
    public Path dataDirectory() {
        return data;
    }

    @Override
    protected List<String> command() {
        return Commands.java(
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                List.of("-Xmx256m", "-XX:MaxDirectMemorySize=256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                "io.millrace.verticles.main.Main",
                "start",
                config.toString());
    }
}
