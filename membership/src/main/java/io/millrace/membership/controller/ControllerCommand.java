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
                AlterConfigs,
                AllocateProducerIds,
                RegisterBroker,
                UnregisterBroker,
                BrokerHeartbeat,
                AlterPartition,
                ElectLeaders,
                ReassignPartitions,
                DescribeQuorum,
                ChangeVoters,
                GiveUpReplicas {
    /**
     * Whether carrying it out a second time does no harm beyond the first: it is compared with what is committed, or asks
     * for what the first time gave. Only such a command is sent again while nobody knows what became of it.
     */
    default boolean isRepeatable() {
        return this instanceof RegisterBroker
                || this instanceof BrokerHeartbeat
                || this instanceof AlterPartition
                || this instanceof AllocateProducerIds
                || this instanceof DescribeQuorum
                || this instanceof GiveUpReplicas;
    }

    /** Whether it is a broker's own life that hangs on it: such a command is taken however many others are under way. */
    default boolean isOfABrokersLife() {
        return this instanceof RegisterBroker || this instanceof BrokerHeartbeat;
    }
}
