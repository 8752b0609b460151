package io.millrace.example;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;
import java.util.UUID;

/** How an application gets onto the nodes' event bus; blocks while Hazelcast joins. */
final class JoinTheBus {
    private JoinTheBus() {}

    static Future<Vertx> joined(String clusterName, List<String> seeds, String ownHost) {
        Config config = new Config()
                .setClusterName(clusterName + "-hz5.7")
                .setLiteMember(true)
                .setProperty("hazelcast.partition.count", "31")
                .setProperty("hazelcast.phone.home.enabled", "false")
                .setProperty("hazelcast.shutdownhook.enabled", "false")
                .setProperty("hazelcast.socket.bind.any", "false");
        config.getMemberAttributeConfig()
                .setAttribute("__vertx.nodeId", UUID.randomUUID().toString());
        config.addMultiMapConfig(
                new MultiMapConfig("__vertx.subs").setBackupCount(2).setValueCollectionType("SET"));
        config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(2));
        config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface(ownHost);
        JoinConfig join = config.getNetworkConfig().getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setMembers(seeds);
        return Vertx.builder()
                .with(new VertxOptions().setEventBusOptions(new EventBusOptions().setHost(ownHost)))
                .withClusterManager(new HazelcastClusterManager(member(config)))
                .buildClustered();
    }

    /** Nodes serve Kafka's clients before their Hazelcast is up: who comes that early finds nobody, and looks again. */
    private static HazelcastInstance member(Config config) {
        HazelcastInstance member = Hazelcast.newHazelcastInstance(config);
        for (int attempt = 1; attempt < 10 && seesNoNode(member); attempt++) {
            member.shutdown();
            member = Hazelcast.newHazelcastInstance(config);
        }
        return member;
    }

    private static boolean seesNoNode(HazelcastInstance member) {
        return member.getCluster().getMembers().stream().allMatch(Member::isLiteMember);
    }
}
