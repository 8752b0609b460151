/**
 * One JSON file per node, checked against {@code conf/schema/node.schema.json}, with overrides from {@code -D} and the environment.
 *
 * <p>Lives here: reading, checking and naming what is wrong; the typed {@link io.millrace.verticles.config.NodeConfig} that
 * everybody else uses. The schema is the only place that knows keys, types, bounds and defaults; Kafka's own names come from
 * {@code membership.config}.
 *
 * <p>Never import here: Vert.x, Netty, sockets. Reading a config opens nothing but the file.
 *
 * <p>Open first: {@link io.millrace.verticles.config.NodeConfig}, then {@code NodeConfigLoader}.
 */
package io.millrace.verticles.config;
