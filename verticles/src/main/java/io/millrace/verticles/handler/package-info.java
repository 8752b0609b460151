/**
 * One file per Kafka API: each handler turns a decoded request into one answer.
 *
 * <p>Open {@link io.millrace.verticles.handler.ApiHandler} first. A handler runs on the event loop of the connection
 * that the request came from, must not block, and reaches everything else through {@link
 * io.millrace.verticles.node.Node}. Never imported here: sockets, files, Hazelcast.
 */
package io.millrace.verticles.handler;
