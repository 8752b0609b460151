package io.millrace.membership.record;

/**
 * A broker is forgotten: it will not come back under this registration.
 *
 * <p>Thread: any.
 */
public record UnregisterBrokerRecord(int brokerId, long brokerEpoch) implements MetadataRecord {}
