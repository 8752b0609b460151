package io.millrace.membership.controller;

/**
 * Something that a handler, a shard or a broker asks of the controller. Each kind is one file, with its outcome in it.
 *
 * @param <R> what the one who asked is told, once the records are committed
 *     <p>Thread: any; commands are immutable.
 */
public sealed interface ControllerCommand<R>
        permits CreateTopics,
                DeleteTopics,
                CreatePartitions,
                IncrementalAlterConfigs,
                LegacyAlterConfigs,
                AllocateProducerIds,
                RegisterBroker,
                UnregisterBroker,
                BrokerHeartbeat,
                AlterPartition {}
