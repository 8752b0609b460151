package io.millrace.protocol;

import java.util.UUID;
import org.apache.kafka.common.Uuid;

/**
 * Turns ids between the JDK's form, in which they cross this house's edges, and Kafka's.
 *
 * <p>Thread: any; stateless.
 */
public final class KafkaIds {
    public static final UUID ZERO = new UUID(0, 0);

    private KafkaIds() {}

    public static UUID toJava(Uuid id) {
        return id == null ? null : new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    public static Uuid toKafka(UUID id) {
        return id == null ? Uuid.ZERO_UUID : new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    /** The 22 characters of base64url in which Kafka prints cluster, topic and directory ids. */
    public static String toText(UUID id) {
        return toKafka(id).toString();
    }
}
