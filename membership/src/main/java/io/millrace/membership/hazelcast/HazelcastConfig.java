package io.millrace.membership.hazelcast;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.instance.BuildInfoProvider;

/**
 * Turns {@link MemberSettings} into a Hazelcast configuration, in code: no file on the classpath can change it.
 *
 * <p>{@code hazelcast.io.thread.count} is left alone on purpose: with one thread, a hung member stalls the connections
 * to healthy ones and splits the cluster.
 *
 * <p>Thread: any; pure.
 */
final class HazelcastConfig {
    private HazelcastConfig() {}

    static Config of(MemberSettings settings) {
        Config config = new Config().setClusterName(settings.clusterName() + "-hz" + minor());
        config.setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                .setProperty("hazelcast.logging.type", "slf4j")
                .setProperty("hazelcast.socket.bind.any", "false")
                .setProperty(
                        "hazelcast.wait.seconds.before.join", settings.seeds().isEmpty() ? "0" : "1")
                .setProperty("hazelcast.max.wait.seconds.before.join", "3")
                .setProperty("hazelcast.heartbeat.interval.seconds", "2")
                .setProperty("hazelcast.max.no.heartbeat.seconds", "20")
                .setProperty("hazelcast.mastership.claim.timeout.seconds", "20")
                .setProperty("hazelcast.merge.first.run.delay.seconds", "60")
                .setProperty("hazelcast.merge.next.run.delay.seconds", "30")
                .setProperty("hazelcast.operation.call.timeout.millis", "10000")
                .setProperty("hazelcast.partition.count", "31")
                .setProperty("hazelcast.operation.thread.count", "2")
                .setProperty("hazelcast.operation.response.thread.count", "1")
                .setProperty("hazelcast.event.thread.count", "1")
                // Threads that wake every second to look at what nobody asks for.
                .setProperty("hazelcast.health.monitoring.level", "OFF")
                .setProperty("hazelcast.slow.operation.detector.enabled", "false");
        // Else it finds no interface with such an address.
        if (settings.bindHost().indexOf(':') >= 0) config.setProperty("hazelcast.prefer.ipv4.stack", "false");
        config.getMetricsConfig().setEnabled(false);
        config.getJetConfig().setEnabled(false);
        settings.attributes().forEach(config.getMemberAttributeConfig()::setAttribute);
        config.addMultiMapConfig(
                new MultiMapConfig("__vertx.subs").setBackupCount(2).setValueCollectionType("SET"));
        config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(2));
        network(config.getNetworkConfig(), settings);
        config.getSerializationConfig().setJavaSerializationFilterConfig(serializationFilter());
        return config;
    }

    private static void network(NetworkConfig network, MemberSettings settings) {
        network.setPort(settings.port())
                .setPortAutoIncrement(settings.portCount() > 1)
                .setPortCount(settings.portCount());
        network.getInterfaces().setEnabled(true).addInterface(settings.bindHost());
        network.getRestApiConfig().setEnabled(false);
        JoinConfig join = network.getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        if (!settings.seeds().isEmpty()) {
            join.getTcpIpConfig().setEnabled(true);
            settings.seeds().forEach(join.getTcpIpConfig()::addMember);
        }
    }

    /** Whoever reaches the port may send Java-serialised objects; only what the cluster manager needs is let through. */
    private static JavaSerializationFilterConfig serializationFilter() {
        JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig().setDefaultsDisabled(true);
        filter.getWhitelist()
                .addPrefixes("com.hazelcast.", "io.vertx.", "java.lang.", "java.util.", "[")
                .addClasses("java.io.Serializable");
        filter.getBlacklist()
                .addPackages("java.lang.reflect", "java.lang.invoke")
                .addClasses("java.lang.Runtime", "java.lang.ProcessBuilder", "java.lang.ClassLoader");
        return filter;
    }

    private static String minor() {
        String[] parts = BuildInfoProvider.getBuildInfo().getVersion().split("\\.");
        return parts[0] + "." + parts[1];
    }
}
