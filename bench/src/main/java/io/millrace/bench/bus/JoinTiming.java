package io.millrace.bench.bus;

import io.millrace.membership.hazelcast.HazelcastMember;
import io.millrace.membership.hazelcast.MemberAttributes;
import io.millrace.membership.hazelcast.MemberSettings;
import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.cluster.BusNodeId;
import io.millrace.verticles.cluster.DirectClusterManager;
import io.millrace.verticles.cluster.HazelcastAttach;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.spi.cluster.ClusterManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Time from exec to a clustered Vert.x that answers on the bus: Hazelcast joined first, attached later, and (as the
 * floor) Vert.x alone.
 *
 * <p>Run: {@code java -cp <bench classpath> io.millrace.bench.bus.JoinTiming [rounds]}.
 *
 * <p>Thread: main; each start is a process of its own.
 */
public final class JoinTiming {
    private static final List<String> JVM = List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "--add-modules=java.se",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=java.management/sun.management=ALL-UNNAMED",
            "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED");

    private JoinTiming() {}

    public static void main(String[] args) throws Exception {
        if (args.length > 0 && args[0].startsWith("mode-")) {
            child(args[0]);
            return;
        }
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 9;
        Map<String, List<Double>> seconds = new TreeMap<>();
        for (int round = 0; round < rounds; round++) {
            for (String mode : List.of("mode-joined-first", "mode-attached-later", "mode-vertx-alone")) {
                long start = System.nanoTime();
                try (ChildJvm child = ChildJvm.start(JoinTiming.class, JVM, mode)) {
                    child.await("USABLE");
                    record(seconds, mode.substring(5) + " usable", start);
                    if (!mode.equals("mode-vertx-alone")) {
                        child.await("WHOLE");
                        record(seconds, mode.substring(5) + " whole", start);
                    }
                }
            }
        }
        System.out.println("seconds from exec, " + rounds + " rounds: median (least - most)");
        seconds.forEach((what, list) -> {
            double[] sorted =
                    list.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            System.out.printf(
                    "%-24s %.2f (%.2f - %.2f)%n",
                    what, sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
        });
    }

    private static void record(Map<String, List<Double>> seconds, String what, long start) {
        seconds.computeIfAbsent(what, w -> new ArrayList<>()).add((System.nanoTime() - start) / 1e9);
    }

    private static void child(String mode) throws Exception {
        BusNodeId self = new BusNodeId(1, UUID.randomUUID(), "127.0.0.1", 0);
        MemberSettings settings = new MemberSettings(
                "join-timing",
                "127.0.0.1",
                5801,
                100,
                List.of(),
                Map.of(MemberAttributes.VERTX_NODE_ID, self.toString()));
        switch (mode) {
            case "mode-joined-first" -> {
                ClusterManager joined = HazelcastAttach.to(HazelcastMember.start(settings, new NoHints()))
                        .toCompletableFuture()
                        .get();
                answer(joined);
                System.out.println("WHOLE");
            }
            case "mode-attached-later" -> {
                DirectClusterManager direct = new DirectClusterManager(
                        self,
                        new BusDirectory(),
                        () -> HazelcastAttach.to(HazelcastMember.start(settings, new NoHints())),
                        30_000);
                answer(direct);
                direct.attached().toCompletionStage().toCompletableFuture().get();
                System.out.println("WHOLE");
            }
            case "mode-vertx-alone" -> answer(null);
            default -> throw new IllegalArgumentException(Arrays.asList(mode).toString());
        }
        while (System.in.read() >= 0) {
            // The parent closes our input when it has seen enough.
        }
        Runtime.getRuntime().halt(0);
    }

    private static void answer(ClusterManager manager) throws Exception {
        VertxOptions options = new VertxOptions()
                .setPreferNativeTransport(true)
                .setEventBusOptions(new EventBusOptions().setHost("127.0.0.1").setPort(0));
        Vertx vertx = manager == null
                ? Vertx.builder().with(options).build()
                : Vertx.builder()
                        .with(options)
                        .withClusterManager(manager)
                        .buildClustered()
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get();
        vertx.eventBus()
                .consumer("b.1.echo", m -> m.reply(m.body()))
                .completion()
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        vertx.eventBus()
                .request("b.1.echo", "hello")
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        System.out.println("USABLE");
    }

    private static final class NoHints implements HazelcastMember.MemberListener {
        @Override
        public void memberSeen(Map<String, String> attributes) {}

        @Override
        public void memberGone(Map<String, String> attributes) {}

        @Override
        public void membersAre(List<Map<String, String>> oldestFirst) {}
    }
}
