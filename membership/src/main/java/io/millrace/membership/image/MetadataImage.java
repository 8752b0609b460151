package io.millrace.membership.image;

import io.millrace.membership.record.ConfigRecord;
import io.millrace.membership.record.ConfigResource;
import io.millrace.membership.record.FeatureLevelRecord;
import io.millrace.membership.record.MetadataRecord;
import io.millrace.membership.record.ProducerIdsRecord;
import io.millrace.membership.record.TopicRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * The whole cluster after the record at {@link #highestOffset()}: topics, brokers, configs, features, producer ids.
 *
 * <p>Immutable: whoever holds one sees one moment. Two images share what did not change between them. Equality is that
 * of the contents and leaves out the log position.
 *
 * <p>Thread: any.
 */
public final class MetadataImage {
    /** Before the first record. */
    public static final MetadataImage EMPTY = new MetadataImage(
            -1,
            0,
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            0,
            0);

    private final long highestOffset;
    private final int highestEpoch;
    final PMap<String, TopicImage> topicsByName;
    final PMap<UUID, TopicImage> topicsById;
    final PMap<Integer, BrokerImage> brokers;
    final PMap<ConfigResource, PMap<String, String>> configs;
    final PMap<String, Short> features;
    private final long nextProducerId;
    private final int partitionCount;

    MetadataImage(
            long highestOffset,
            int highestEpoch,
            PMap<String, TopicImage> topicsByName,
            PMap<UUID, TopicImage> topicsById,
            PMap<Integer, BrokerImage> brokers,
            PMap<ConfigResource, PMap<String, String>> configs,
            PMap<String, Short> features,
            long nextProducerId,
            int partitionCount) {
        this.highestOffset = highestOffset;
        this.highestEpoch = highestEpoch;
        this.topicsByName = topicsByName;
        this.topicsById = topicsById;
        this.brokers = brokers;
        this.configs = configs;
        this.features = features;
        this.nextProducerId = nextProducerId;
        this.partitionCount = partitionCount;
    }

    /** The offset of the last record in this image; -1 before the first. */
    public long highestOffset() {
        return highestOffset;
    }

    /** The quorum epoch of the last record in this image. */
    public int highestEpoch() {
        return highestEpoch;
    }

    /** The topic of this name, or null. */
    public TopicImage topic(String name) {
        return topicsByName.get(name);
    }

    /** The topic with this id, or null. */
    public TopicImage topic(UUID id) {
        return topicsById.get(id);
    }

    public Collection<TopicImage> topics() {
        return topicsByName.values();
    }

    public int topicCount() {
        return topicsByName.size();
    }

    public int partitionCount() {
        return partitionCount;
    }

    /** The partition, or null when the topic or the partition is unknown. */
    public PartitionImage partition(UUID topicId, int partition) {
        TopicImage topic = topicsById.get(topicId);
        return topic == null ? null : topic.partition(partition);
    }

    /** All registered brokers by id, fenced ones too. */
    public Map<Integer, BrokerImage> brokers() {
        return brokers;
    }

    /** The broker with this id, or null. */
    public BrokerImage broker(int id) {
        return brokers.get(id);
    }

    /** What was set for this resource by alter requests or at creation; empty when nothing was. */
    public Map<String, String> configs(ConfigResource resource) {
        PMap<String, String> found = configs.get(resource);
        return found == null ? Map.of() : found;
    }

    /** Every resource for which something is set. */
    public Map<ConfigResource, ? extends Map<String, String>> configs() {
        return configs;
    }

    /** Finalized feature levels by name. */
    public Map<String, Short> features() {
        return features;
    }

    /** All producer ids below this one are given out. */
    public long nextProducerId() {
        return nextProducerId;
    }

    /** This image with one more record. For a batch, use {@link #change()}. */
    public MetadataImage replay(long offset, int epoch, MetadataRecord record) {
        ImageBuilder builder = change();
        builder.replay(offset, epoch, record);
        return builder.build();
    }

    /** Starts a batch of records on top of this image; costs no more than what the records touch. */
    public ImageBuilder change() {
        return new ImageBuilder(this);
    }

    /** Records that give an equal image when replayed on {@link #EMPTY}, in an order that depends on contents only. */
    public List<MetadataRecord> toRecords() {
        List<MetadataRecord> records = new ArrayList<>();
        new TreeMap<>(features).forEach((name, level) -> records.add(new FeatureLevelRecord(name, level)));
        new TreeMap<>(brokers).values().forEach(broker -> records.addAll(broker.toRecords()));
        for (TopicImage topic : new TreeMap<>(topicsByName).values()) {
            records.add(new TopicRecord(topic.id(), topic.name()));
            for (PartitionImage partition : topic.partitions()) {
                records.add(partition.toRecord(topic.id()));
            }
        }
        configs.keySet().stream()
                .sorted(Comparator.comparing(ConfigResource::type).thenComparing(ConfigResource::name))
                .forEach(resource -> new TreeMap<>(configs.get(resource))
                        .forEach((name, value) -> records.add(new ConfigRecord(resource, name, value))));
        if (nextProducerId > 0) {
            records.add(new ProducerIdsRecord(-1, -1, nextProducerId));
        }
        return records;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof MetadataImage that
                        && nextProducerId == that.nextProducerId
                        && topicsById.equals(that.topicsById)
                        && brokers.equals(that.brokers)
                        && configs.equals(that.configs)
                        && features.equals(that.features);
    }

    @Override
    public int hashCode() {
        return topicsById.hashCode() * 31 + configs.hashCode();
    }

    @Override
    public String toString() {
        return "MetadataImage[offset " + highestOffset + ", epoch " + highestEpoch + ", " + topicsByName.size()
                + " topics, " + partitionCount + " partitions, " + brokers.size() + " brokers]";
    }
}
