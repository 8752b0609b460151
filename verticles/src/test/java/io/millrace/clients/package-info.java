/**
 * Real clients and Kafka's own command line tools against a running node, each in its own process with its own class
 * path, as a user has them.
 *
 * <p>Never import Millrace's own classes here. Programs that run in a client's process ({@link
 * io.millrace.clients.JavaClientProgram}) may use nothing but the JDK and what every version of that client has.
 *
 * <p>Open first: {@link io.millrace.clients.RealClientsTest}.
 */
package io.millrace.clients;
