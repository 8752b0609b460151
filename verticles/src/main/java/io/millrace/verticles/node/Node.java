package io.millrace.verticles.node;

import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.image.MetadataImage;
import io.millrace.verticles.config.NodeConfig;
import io.millrace.verticles.coordinator.GroupCoordinators;
import io.millrace.verticles.coordinator.OffsetsTopic;
import io.millrace.verticles.metrics.BrokerMetrics;
import io.millrace.verticles.shard.LogDirectories;
import io.millrace.verticles.shard.Shards;

/**
 * The node as its handlers see it.
 *
 * <p>Thread: any.
 */
public interface Node {
    /** This node's id, which is its broker id. */
    default int brokerId() {
        return config().nodeId();
    }

    /** The cluster's id in the 22 characters of Kafka's ids. */
    String clusterId();

    /** The newest committed metadata that this node knows; hold on to one for the length of a request. */
    MetadataImage image();

    /** Where changes of the metadata are asked for. */
    ControllerGateway controller();

    /** The replicas of this node. */
    Shards shards();

    /** The coordinators of consumer groups on this node. */
    GroupCoordinators groups();

    /** The topic in which groups are kept. */
    OffsetsTopic offsetsTopic();

    /** The log directories of this node. */
    LogDirectories directories();

    /** Resolves settings of topics and brokers over an image. */
    EffectiveConfigs configs();

    /** What the node's file says. */
    NodeConfig config();

    /** Consumers that name a rack are sent to a replica there ({@code replica.selector.class}, KIP-392). */
    default boolean choosesReplicaByRack() {
        return false;
    }

    BrokerMetrics metrics();
}
