package io.millrace.clients;

/**
 * Where the three nodes of a cluster, ours or Kafka's, serve clients.
 *
 * <p>Thread: any.
 */
interface Addresses {
    /** Of all nodes, whether or not they run. */
    String bootstrap();

    /** Of one node, 1 to 3. */
    String bootstrap(int id);
}
