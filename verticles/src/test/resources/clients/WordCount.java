import java.util.Arrays;
import java.util.Properties;
import java.util.TreeSet;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;

/**
 * Kafka Streams' word count for StreamsTest, run from its source: WordCount BOOTSTRAP STATE_DIR LINES COUNTS.
 *
 * <p>A line's key is its number. What is kept per word is the set of the numbers, so that a line that is processed again
 * after a crash, as at-least-once allows, counts once and the right result is known.
 */
public class WordCount {
    public static void main(String[] args) {
        Properties settings = new Properties();
        settings.put("application.id", "word-count");
        settings.put("bootstrap.servers", args[0]);
        settings.put("state.dir", args[1]);
        settings.put("num.stream.threads", "2");
        settings.put("commit.interval.ms", "200");
        settings.put("replication.factor", "1");
        settings.put("default.key.serde", Serdes.StringSerde.class.getName());
        settings.put("default.value.serde", Serdes.StringSerde.class.getName());
        settings.put("consumer.session.timeout.ms", "3000");
        settings.put("consumer.heartbeat.interval.ms", "500");
        settings.put("consumer.auto.offset.reset", "earliest");
        settings.put("topic.segment.ms", "2000");
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream(args[2])
                .flatMap((number, line) -> Arrays.stream(line.split(" "))
                        .map(word -> KeyValue.pair(word, number))
                        .toList())
                .groupByKey(Grouped.with("by-word", Serdes.String(), Serdes.String()))
                .aggregate(
                        () -> "",
                        (word, number, known) -> {
                            TreeSet<String> all = new TreeSet<>(Arrays.asList(known.split(",")));
                            all.remove("");
                            all.add(number);
                            return String.join(",", all);
                        },
                        Materialized.as("words"))
                .toStream()
                .mapValues(numbers -> String.valueOf(numbers.split(",").length))
                .to(args[3]);
        KafkaStreams streams = new KafkaStreams(builder.build(), settings);
        streams.setStateListener((now, before) -> System.out.println("state " + now));
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
    }
}
