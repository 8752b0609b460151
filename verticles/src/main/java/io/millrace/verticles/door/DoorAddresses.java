package io.millrace.verticles.door;

/**
 * The public addresses of a node: two registrations in Hazelcast's table per node, whatever the number of consumers.
 *
 * <p>Thread: immutable.
 */
public final class DoorAddresses {
    /** Any node answers: for metadata, and to begin with. */
    public static final String ANY = "millrace.door";

    private DoorAddresses() {}

    /** One node's own address: what is appended to or read from a partition goes to its leader's. */
    public static String of(int brokerId) {
        return ANY + "." + brokerId;
    }
}
