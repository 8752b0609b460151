package io.millrace.oracle;

import java.nio.file.Path;
import java.util.Map;

/**
 * Starts a node of a test's own, for tests that kill, fill or attack it.
 *
 * <p>Thread: the test's.
 */
public final class Brokers {
    private Brokers() {}

    /** Ours; the oracle when it stands on both sides. */
    public static Broker startOurs(Map<String, String> settings) {
        return BothBrokers.SELF ? OracleBroker.start(settings) : MillraceBroker.start(settings);
    }

    public static Broker startOurs(Map<String, String> settings, Path data) {
        return BothBrokers.SELF ? OracleBroker.start(settings) : MillraceBroker.start(settings, data);
    }

    /** Closing the side ends the broker too. */
    public static Side side(Broker broker) {
        return new Side(broker);
    }
}
