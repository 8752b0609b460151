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

    private MillraceBroker(Map<String, String> settings) {
        super("Millrace");
        NodeJson.write(config, port(), secondPort(), dataDirectory(), new TreeMap<>(settings));
    }

    /** Starts on an empty folder; {@code settings} are Kafka's own broker settings. */
    public static MillraceBroker start(Map<String, String> settings) {
        MillraceBroker broker = new MillraceBroker(settings);
        broker.start();
        return broker;
    }

    @Override
    protected List<String> command() {
        return Commands.java(
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                "io.millrace.verticles.main.Main",
                "start",
                config.toString());
    }
}
