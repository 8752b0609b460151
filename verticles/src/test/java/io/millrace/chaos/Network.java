package io.millrace.chaos;

import java.util.List;

/**
 * Where the nodes of a chaos run stand and how they reach each other.
 *
 * <p>Thread: the run's main.
 */
interface Network extends AutoCloseable {
    /** The address of a node, 1 to 3. */
    String address(int node);

    /** The command that runs {@code command} where the node stands. */
    List<String> at(int node, List<String> command);

    /** The command that runs {@code command} where the clients stand. */
    List<String> atClients(List<String> command);

    /** Whether links can be cut at all. */
    boolean canCut();

    /** Drops what {@code from} sends to {@code to}; the other direction goes on. */
    void cutOneWay(int from, int to);

    /** Drops what clients send to the node and what it answers. */
    void cutFromClients(int node);

    /** Drops what any other node sends to this TCP port of the node, and what it answers from there. */
    void cutPort(int node, int port);

    /** Every link works again. */
    void heal();

    /** Both directions between two nodes. */
    default void cut(int one, int other) {
        cutOneWay(one, other);
        cutOneWay(other, one);
    }

    /** The node reaches no other node and none reaches it; clients still do. */
    default void isolate(int node) {
        for (int other = 1; other <= ChaosCluster.NODES; other++) {
            if (other != node) {
                cut(node, other);
            }
        }
    }

    @Override
    void close();
}
