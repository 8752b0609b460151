package io.millrace.verticles.group;

/**
 * What all kinds of groups have in common, so that one partition can hold them side by side. There is one kind so far.
 *
 * <p>Thread: the machine's.
 */
sealed interface Group permits ClassicGroup {
    String id();

    /** The kind as ListGroups names it (KIP-848). */
    String type();

    /** The state as ListGroups and DescribeGroups name it (KIP-518). */
    String stateName();

    String protocolTypeOrEmpty();

    /** Nobody is in it: it may be deleted, and anybody may commit for it. */
    boolean isEmpty();

    int memberCount();

    /** Whether a member may be reading this topic, so that its offsets must stay. */
    boolean subscribedTo(String topic);

    /** It is taken out of the partition: nothing of it may fire any more. */
    void close(long nowMs);
}
