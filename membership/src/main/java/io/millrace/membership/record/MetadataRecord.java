package io.millrace.membership.record;

/**
 * One committed decision of the cluster. The image of the cluster is what replaying all of them in order gives; a
 * snapshot is a shorter list of records with the same result.
 *
 * <p>Thread: any; records are immutable (arrays inside are never written after construction).
 */
public sealed interface MetadataRecord
        permits TopicRecord,
                PartitionRecord,
                PartitionChangeRecord,
                RemoveTopicRecord,
                ConfigRecord,
                RegisterBrokerRecord,
                BrokerChangeRecord,
                UnregisterBrokerRecord,
                ProducerIdsRecord,
                FeatureLevelRecord,
                EpochStartRecord {}
