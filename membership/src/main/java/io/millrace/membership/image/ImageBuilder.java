package io.millrace.membership.image;

import io.millrace.membership.record.BrokerChangeRecord;
import io.millrace.membership.record.ConfigRecord;
import io.millrace.membership.record.ConfigResource;
import io.millrace.membership.record.FeatureLevelRecord;
import io.millrace.membership.record.MetadataRecord;
import io.millrace.membership.record.PartitionChangeRecord;
import io.millrace.membership.record.PartitionRecord;
import io.millrace.membership.record.ProducerIdsRecord;
import io.millrace.membership.record.RegisterBrokerRecord;
import io.millrace.membership.record.RemoveTopicRecord;
import io.millrace.membership.record.TopicRecord;
import io.millrace.membership.record.UnregisterBrokerRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * Replays a batch of records onto an image and remembers what they touched, so that neither the next image nor the
 * {@link MetadataDelta} costs more than the batch.
 *
 * <p>A record that contradicts the image (a change of a partition that does not exist, an epoch that does not follow)
 * is a bug or damage and throws {@link IllegalStateException}: the caller must stop applying the log.
 *
 * <p>Thread: one.
 */
public final class ImageBuilder {
    private final MetadataImage before;
    private long offset;
    private int epoch;
    private PMap<String, TopicImage> topicsByName;
    private PMap<UUID, TopicImage> topicsById;
    private PMap<Integer, BrokerImage> brokers;
    private PMap<ConfigResource, PMap<String, String>> configs;
    private PMap<String, Short> features;
    private long nextProducerId;
    private int partitionCount;

    private final Map<UUID, PartitionVector.Builder> openTopics = new HashMap<>();
    private final Map<UUID, Set<Integer>> touchedPartitions = new LinkedHashMap<>();
    private final Set<Integer> touchedBrokers = new HashSet<>();
    private final Set<ConfigResource> touchedConfigs = new HashSet<>();

    ImageBuilder(MetadataImage before) {
        this.before = before;
        this.offset = before.highestOffset();
        this.epoch = before.highestEpoch();
        this.topicsByName = before.topicsByName;
        this.topicsById = before.topicsById;
        this.brokers = before.brokers;
        this.configs = before.configs;
        this.features = before.features;
        this.nextProducerId = before.nextProducerId();
        this.partitionCount = before.partitionCount();
    }

    public ImageBuilder replay(long recordOffset, int recordEpoch, MetadataRecord record) {
        offset = recordOffset;
        epoch = recordEpoch;
        if (record instanceof PartitionChangeRecord change) {
            change(change);
        } else if (record instanceof PartitionRecord partition) {
            add(partition);
        } else if (record instanceof TopicRecord topic) {
            add(topic);
        } else if (record instanceof RemoveTopicRecord remove) {
            remove(remove);
        } else if (record instanceof ConfigRecord config) {
            set(config);
        } else if (record instanceof RegisterBrokerRecord register) {
            register(register);
        } else if (record instanceof BrokerChangeRecord change) {
            change(change);
        } else if (record instanceof UnregisterBrokerRecord unregister) {
            knownBroker(unregister.brokerId(), unregister.brokerEpoch(), record);
            brokers = brokers.minus(unregister.brokerId());
            touchedBrokers.add(unregister.brokerId());
        } else if (record instanceof ProducerIdsRecord ids) {
            nextProducerId = ids.nextProducerId();
        } else if (record instanceof FeatureLevelRecord feature) {
            features = feature.level() == 0
                    ? features.minus(feature.name())
                    : features.plus(feature.name(), feature.level());
        }
        return this;
    }

    public MetadataImage build() {
        openTopics.forEach((id, partitions) -> {
            TopicImage old = topicsById.get(id);
            TopicImage topic = new TopicImage(old.name(), id, partitions.build());
            topicsById = topicsById.plus(id, topic);
            topicsByName = topicsByName.plus(topic.name(), topic);
        });
        openTopics.clear();
        return new MetadataImage(
                offset, epoch, topicsByName, topicsById, brokers, configs, features, nextProducerId, partitionCount);
    }

    /** The next image and what the records replayed so far changed. */
    public MetadataDelta delta() {
        return MetadataDelta.ofTouched(before, build(), touchedPartitions, touchedBrokers, touchedConfigs);
    }

    private void add(TopicRecord record) {
        if (topicsByName.containsKey(record.name())) {
            throw new IllegalStateException("topic " + record.name() + " exists already");
        }
        TopicImage topic = new TopicImage(record.name(), record.topicId(), PartitionVector.EMPTY);
        topicsById = topicsById.plus(topic.id(), topic);
        topicsByName = topicsByName.plus(topic.name(), topic);
        touchedPartitions.computeIfAbsent(topic.id(), id -> new HashSet<>());
    }

    private void add(PartitionRecord record) {
        PartitionVector.Builder partitions = open(record.topicId(), record);
        if (partitions.get(record.partition()) == null) {
            partitionCount++;
        }
        partitions.put(record.partition(), PartitionImage.of(record));
        touchedPartitions.get(record.topicId()).add(record.partition());
    }

    private void change(PartitionChangeRecord record) {
        PartitionVector.Builder partitions = open(record.topicId(), record);
        PartitionImage old = partitions.get(record.partition());
        if (old == null) {
            throw new IllegalStateException("no such partition: " + record);
        }
        partitions.put(record.partition(), old.changedBy(record));
        touchedPartitions.get(record.topicId()).add(record.partition());
    }

    private PartitionVector.Builder open(UUID topicId, Object record) {
        PartitionVector.Builder open = openTopics.get(topicId);
        if (open == null) {
            TopicImage topic = topicsById.get(topicId);
            if (topic == null) {
                throw new IllegalStateException("no such topic: " + record);
            }
            open = ((PartitionVector) topic.partitions()).change();
            openTopics.put(topicId, open);
            touchedPartitions.computeIfAbsent(topicId, id -> new HashSet<>());
        }
        return open;
    }

    private void remove(RemoveTopicRecord record) {
        TopicImage topic = topicsById.get(record.topicId());
        if (topic == null) {
            throw new IllegalStateException("no such topic: " + record);
        }
        PartitionVector.Builder open = openTopics.remove(topic.id());
        partitionCount -= open == null ? topic.partitionCount() : open.build().size();
        topicsById = topicsById.minus(topic.id());
        topicsByName = topicsByName.minus(topic.name());
        touchedPartitions.computeIfAbsent(topic.id(), id -> new HashSet<>());
        ConfigResource resource = ConfigResource.topic(topic.name());
        if (configs.containsKey(resource)) {
            configs = configs.minus(resource);
            touchedConfigs.add(resource);
        }
    }

    private void set(ConfigRecord record) {
        PMap<String, String> old = configs.getOrDefault(record.resource(), HashTreePMap.empty());
        PMap<String, String> next =
                record.value() == null ? old.minus(record.name()) : old.plus(record.name(), record.value());
        configs = next.isEmpty() ? configs.minus(record.resource()) : configs.plus(record.resource(), next);
        touchedConfigs.add(record.resource());
    }

    private void register(RegisterBrokerRecord record) {
        long brokerEpoch = record.brokerEpoch() == RegisterBrokerRecord.EPOCH_IS_OFFSET ? offset : record.brokerEpoch();
        BrokerImage before = brokers.get(record.brokerId());
        brokers = brokers.plus(
                record.brokerId(),
                before == null ? BrokerImage.first(record, brokerEpoch) : before.next(record, brokerEpoch));
        touchedBrokers.add(record.brokerId());
    }

    private void change(BrokerChangeRecord record) {
        BrokerImage old = knownBroker(record.brokerId(), record.brokerEpoch(), record);
        brokers = brokers.plus(old.id(), old.changedBy(record));
        touchedBrokers.add(old.id());
    }

    private BrokerImage knownBroker(int id, long brokerEpoch, MetadataRecord record) {
        BrokerImage broker = brokers.get(id);
        if (broker == null || broker.epoch() != brokerEpoch) {
            throw new IllegalStateException("no such registration: " + record);
        }
        return broker;
    }
}
