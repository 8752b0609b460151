package io.millrace.log.replica;

/**
 * What committed metadata says about brokers; shared by all machines of a node.
 *
 * <p>Thread: that of the machines that ask.
 */
public interface BrokerLiveness {
    /** Registered with this epoch, unfenced, not shutting down: may be in an ISR. */
    boolean mayJoinIsr(int brokerId, long brokerEpoch);
}
