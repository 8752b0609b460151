/**
 * Every setting that Kafka knows, what Millrace does with it, and which value holds.
 *
 * <p>Lives here: {@link io.millrace.membership.config.ConfigCatalog} (names, types, defaults, what is honoured),
 * {@link io.millrace.membership.config.EffectiveConfigs} (which of topic, broker, cluster, file and default wins).
 * Never import here: controllers, quorum, Vert.x, Hazelcast. Open {@code ConfigCatalog} first.
 */
package io.millrace.membership.config;
