package io.millrace.example;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.partition.NoDataMemberInClusterException;
import io.millrace.client.RejoiningClusterManager;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;

/** How an application gets onto the nodes' event bus, as {@code docs/EVENTBUS.md} shows it. */
final class JoinTheBus {
    private JoinTheBus() {}

    private static final int ATTEMPTS = 4;
    /** Not those of the nodes: while one of this machine is down its port would be free to take. */
    private static final int OWN_PORTS_FROM = 5801;

    static Future<Vertx> joined(String clusterName, List<String> seeds, EventBusOptions bus) {
        return joined(clusterName, seeds, bus, 1);
    }

    /** Nodes serve Kafka's clients before their Hazelcast is up: who comes that early finds nobody, and looks again. */
    private static Future<Vertx> joined(String clusterName, List<String> seeds, EventBusOptions bus, int attempt) {
        return Vertx.builder()
                .with(new VertxOptions().setEventBusOptions(bus))
                .withClusterManager(new RejoiningClusterManager(
                        new HazelcastClusterManager(config(clusterName, seeds, bus.getHost()))))
                .buildClustered()
                .recover(why -> why instanceof NoDataMemberInClusterException && attempt < ATTEMPTS
                        ? joined(clusterName, seeds, bus, attempt + 1)
                        : Future.failedFuture(explained(why, clusterName + " at " + seeds)));
    }

    private static Throwable explained(Throwable why, String where) {
        if (why instanceof NoDataMemberInClusterException) {
            return new IllegalStateException("no node was found of the cluster " + where
                    + ": is that the nodes' cluster.name, and their cluster.hazelcast?");
        }
        if (why instanceof IllegalStateException) {
            return new IllegalStateException("Hazelcast was not let into the cluster " + where
                    + ": the nodes have Hazelcast 5.7, is this another one? Its log says more (" + why.getMessage()
                    + ")");
        }
        return why;
    }

    private static Config config(String clusterName, List<String> seeds, String ownHost) {
        Config config = new Config()
                .setClusterName(clusterName + "-hz5.7")
                .setLiteMember(true)
                .setProperty("hazelcast.partition.count", "31")
                .setProperty("hazelcast.merge.first.run.delay.seconds", "3")
                .setProperty("hazelcast.merge.next.run.delay.seconds", "3")
                .setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.socket.bind.any", "false");
        config.addMultiMapConfig(
                new MultiMapConfig("__vertx.subs").setBackupCount(2).setValueCollectionType("SET"));
        config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(2));
        config.getNetworkConfig()
                .setPort(OWN_PORTS_FROM)
                .getInterfaces()
                .setEnabled(true)
                .addInterface(ownHost);
        JoinConfig join = config.getNetworkConfig().getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setMembers(seeds);
        return config;
    }
}
