package io.millrace.chaos;

import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * What writes to a topic and reads from it for as long as a story lasts, and notes what it was told in a {@link Ledger}.
 * Every value names its producer, its partition and a rising number: {@code w0-3:17}.
 *
 * <p>Thread: started and stopped by the run's main; works on threads of its own.
 */
interface Load {
    int PARTITIONS = 6;

    /** So many keys does a producer have in each partition of a compacted topic. */
    int KEYS = 10;

    void start() throws Exception;

    /** What ended a part of the load, or null. */
    Throwable failure();

    /** Ends what writes, whose last records are still delivered, then what reads. */
    void stop() throws Exception;

    static String value(String producer, int partition, long number) {
        return producer + "-" + partition + ":" + number;
    }

    /** What a compacted topic keeps the last value of. */
    static String key(String value) {
        int colon = value.indexOf(':');
        return value.substring(0, colon) + "/" + Long.parseLong(value.substring(colon + 1)) % KEYS;
    }

    static Load of(Cast cast, String bootstrap, String topic, Ledger ledger) {
        return cast == Cast.KCAT
                ? new KcatLoad(bootstrap, topic, ledger)
                : new JavaLoad(cast, bootstrap, topic, ledger);
    }

    static Properties readerSettings(String bootstrap) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("enable.auto.commit", "false");
        // A position that a node takes for out of range is a finding, not a reason to begin anew.
        settings.put("auto.offset.reset", "none");
        settings.put("key.deserializer", StringDeserializer.class.getName());
        settings.put("value.deserializer", StringDeserializer.class.getName());
        return settings;
    }

    static List<TopicPartition> partitions(String topic) {
        return IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }
}
