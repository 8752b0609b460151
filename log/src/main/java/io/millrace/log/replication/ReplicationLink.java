package io.millrace.log.replication;

/**
 * The way to other brokers. Messages may be lost, doubled, late or reordered; nothing is ever reported back here, except
 * {@link FollowerMachine#sendFailed} where the loss is known at once.
 *
 * <p>Thread: the owner of the machines; never calls back from inside the call.
 */
public interface ReplicationLink {
    void send(int brokerId, ReplicaFetch fetch);

    /** Takes over one reference to each payload of the answer. */
    void send(int brokerId, ReplicaAnswer answer);
}
