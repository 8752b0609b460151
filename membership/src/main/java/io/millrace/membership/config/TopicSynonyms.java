package io.millrace.membership.config;

import java.util.List;
import java.util.Map;

/**
 * Which broker settings stand in for a topic config that is not set, strongest first, and in which unit they count.
 *
 * <p>Thread: any; has no state.
 */
final class TopicSynonyms {
    /** A broker setting and how many of the topic config's units one of its own is; 0 where it is no number. */
    record Synonym(String brokerName, long unit) {
        /** The broker setting's text in the unit of the topic config. A negative time means "without limit". */
        String convert(String text) {
            if (text == null || unit <= 1) {
                return text;
            }
            long value = Long.parseLong(text.trim());
            return Long.toString(value < 0 ? -1 : value * unit);
        }
    }

    private static final long MS_PER_MINUTE = 60_000L;
    private static final long HOUR = 3_600_000L;

    private static final Map<String, List<Synonym>> SEVERAL = Map.of(
            "flush.ms", List.of(same("log.flush.interval.ms"), same("log.flush.scheduler.interval.ms")),
            "retention.ms",
                    List.of(
                            same("log.retention.ms"),
                            new Synonym("log.retention.minutes", MS_PER_MINUTE),
                            new Synonym("log.retention.hours", HOUR)),
            "segment.jitter.ms", List.of(same("log.roll.jitter.ms"), new Synonym("log.roll.jitter.hours", HOUR)),
            "segment.ms", List.of(same("log.roll.ms"), new Synonym("log.roll.hours", HOUR)));

    private static final Map<String, String> ONE = Map.ofEntries(
            Map.entry("cleanup.policy", "log.cleanup.policy"),
            Map.entry("compression.gzip.level", "compression.gzip.level"),
            Map.entry("compression.lz4.level", "compression.lz4.level"),
            Map.entry("compression.type", "compression.type"),
            Map.entry("compression.zstd.level", "compression.zstd.level"),
            Map.entry("delete.retention.ms", "log.cleaner.delete.retention.ms"),
            Map.entry("file.delete.delay.ms", "log.segment.delete.delay.ms"),
            Map.entry("flush.messages", "log.flush.interval.messages"),
            Map.entry("flush.mode", "flush.mode"),
            Map.entry("index.interval.bytes", "log.index.interval.bytes"),
            Map.entry("local.retention.bytes", "log.local.retention.bytes"),
            Map.entry("local.retention.ms", "log.local.retention.ms"),
            Map.entry("max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms"),
            Map.entry("max.decompressed.message.bytes", "max.decompressed.message.bytes"),
            Map.entry("max.message.bytes", "message.max.bytes"),
            Map.entry("message.timestamp.after.max.ms", "log.message.timestamp.after.max.ms"),
            Map.entry("message.timestamp.before.max.ms", "log.message.timestamp.before.max.ms"),
            Map.entry("message.timestamp.type", "log.message.timestamp.type"),
            Map.entry("min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio"),
            Map.entry("min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms"),
            Map.entry("min.insync.replicas", "min.insync.replicas"),
            Map.entry("preallocate", "log.preallocate"),
            Map.entry("remote.copy.lag.bytes", "log.remote.copy.lag.bytes"),
            Map.entry("remote.copy.lag.ms", "log.remote.copy.lag.ms"),
            Map.entry("retention.bytes", "log.retention.bytes"),
            Map.entry("segment.bytes", "log.segment.bytes"),
            Map.entry("segment.index.bytes", "log.index.size.max.bytes"),
            Map.entry("unclean.leader.election.enable", "unclean.leader.election.enable"));

    private TopicSynonyms() {}

    /** For a topic config; empty when no broker setting stands in for it. */
    static List<Synonym> ofTopic(String name) {
        List<Synonym> several = SEVERAL.get(name);
        if (several != null) {
            return several;
        }
        String one = ONE.get(name);
        return one == null ? List.of() : List.of(same(one));
    }

    /** All names of a broker setting, strongest first: those of other units with it, or just itself. */
    static List<String> ofBroker(String name) {
        for (List<Synonym> chain : SEVERAL.values()) {
            for (Synonym synonym : chain) {
                if (synonym.brokerName().equals(name)) {
                    return chain.stream().map(Synonym::brokerName).toList();
                }
            }
        }
        return List.of(name);
    }

    private static Synonym same(String name) {
        return new Synonym(name, 1);
    }
}
