package io.millrace.membership.record;

/**
 * A block of producer ids was given to a broker: all ids below {@code nextProducerId} are spent.
 *
 * <p>Thread: any.
 */
public record ProducerIdsRecord(int brokerId, long brokerEpoch, long nextProducerId) implements MetadataRecord {}
