package io.millrace.chaos;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.millrace.oracle.BrokerProcess;
import io.millrace.oracle.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * Tells stories one after the other to one cluster and prints a line for each; runs inside the network that was laid for
 * it.
 *
 * <p>Arguments: the network's name or {@code loopback}, a home folder, {@code short}, {@code long} or the text that a
 * story's name must contain, how often. Exit code 0: nothing was lost, doubled or reordered.
 *
 * <p>Thread: main.
 */
public final class ChaosRun {
    private static final String LINE = "| %-59s | %7d | %8s | %5d | %5d | %5d | %6d | %6d | %s |%n";
    private static final String SMALL_DISK = "192m";

    private final Network network;
    private final Path home;
    private final String which;
    private int told;
    private boolean failed;

    private ChaosRun(Network network, Path home, String which) {
        this.network = network;
        this.home = home;
        this.which = which;
    }

    public static void main(String[] args) throws Exception {
        // What clients say of dead nodes is no news here.
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
        Network network = args[0].equals("loopback") ? new LoopbackNetwork() : NamespaceNetwork.existing(args[0]);
        ChaosRun run = new ChaosRun(network, Path.of(args[1]), args[2]);
        run.run(Integer.parseInt(args[3]));
        System.exit(run.failed ? 1 : 0);
    }

    private void run(int rounds) throws Exception {
        System.out.println("| story | acks | gap ms | lost | twice | order | unread | differ | verdict |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (Place place : Place.values()) {
            tell(
                    Stories.ALL.stream()
                            .filter(this::isWanted)
                            .filter(story -> story.place() == place)
                            .toList(),
                    rounds,
                    place);
        }
    }

    private boolean isWanted(Story story) {
        return switch (which) {
            case "short" -> story.inShortForm();
            case "long" -> true;
            default -> story.name().contains(which);
        };
    }

    private void tell(List<Story> stories, int rounds, Place place) throws Exception {
        if (stories.isEmpty()) {
            return;
        }
        Path folder = home.resolve(place.name().toLowerCase(Locale.ROOT));
        ChaosCluster cluster = newCluster(folder, place);
        try {
            for (int round = 0; round < rounds; round++) {
                for (Story story : stories) {
                    String missing = missing(story);
                    if (missing != null) {
                        System.out.printf("| %-59s | not run: %s |%n", story.name(), missing);
                    } else if (!tell(story, cluster)) {
                        // Its data stays for a look at it; the next story gets a fresh cluster.
                        cluster.close();
                        cluster = newCluster(home.resolve("after-" + told), place);
                    }
                }
            }
        } finally {
            cluster.close();
            if (place == Place.SMALL_DISK && !failed) {
                cluster.nodes()
                        .forEach(node ->
                                Commands.run(List.of("umount", node.data().toString())));
            }
        }
        if (!failed) {
            BrokerProcess.deleteTree(folder);
        }
    }

    /** What this machine lacks for the story, or null. */
    private String missing(Story story) {
        if (story.needsCuts() && !network.canCut()) {
            return "links cannot be cut on this machine";
        }
        return story.cast() == Cast.KCAT && !KcatLoad.isPossible() ? KcatLoad.KCAT + " is missing" : null;
    }

    private ChaosCluster newCluster(Path folder, Place place) {
        ChaosCluster cluster = new ChaosCluster(network, folder, place);
        // Whoever ends this run ends the nodes too.
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
        if (place == Place.SMALL_DISK) {
            cluster.nodes().forEach(node -> mount(node.data()));
        }
        cluster.startAll();
        return cluster;
    }

    /** Goes with this process: it lives in a mount namespace of its own. */
    private static void mount(Path data) {
        try {
            Files.createDirectories(data);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Commands.Result mounted =
                Commands.run(List.of("mount", "-t", "tmpfs", "-o", "size=" + SMALL_DISK, "chaos", data.toString()));
        if (mounted.exitCode() != 0) {
            throw new IllegalStateException("no small disk: " + mounted.errors());
        }
    }

    private boolean tell(Story story, ChaosCluster cluster) throws Exception {
        String topic = "story-" + ++told;
        Cast cast = story.cast();
        Ledger ledger = new Ledger(Load.PARTITIONS, !cast.keepsAcknowledged());
        Load load = Load.of(cast, cluster.bootstrap(), topic, ledger);
        List<GroupLoad> groups = cast == Cast.GROUP ? List.of(new GroupLoad(cluster.bootstrap(), topic)) : List.of();
        List<String> findings = new ArrayList<>();
        Scene scene = new Scene(cluster, topic, ledger, groups, which.equals("short"));
        try {
            cluster.createTopic(topic, Load.PARTITIONS, cast.topicSettings());
            scene.awaitWhole();
            load.start();
            groups.forEach(GroupLoad::start);
            scene.awaitProgress();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
            ledger.startGaps();
            story.telling().tell(scene);
            scene.awaitProgress();
            scene.awaitWhole();
        } catch (Exception e) {
            findings.add(e.getMessage() == null ? e.toString() : e.getMessage());
        }
        Verdict verdict = new Verdict(ledger.count(), 0, 0, 0, 0, List.of());
        List<String> differences = List.of();
        try {
            load.stop();
            verdict = Verdict.on(ledger, cluster.bootstrap(), topic, cast);
            long[] ends = cluster.ends(topic, Load.PARTITIONS);
            for (GroupLoad group : groups) {
                findings.addAll(endOf(group, cluster, topic, ends));
            }
            differences = Replicas.differences(cluster, topic, ends, cast == Cast.COMPACTED);
        } catch (Exception e) {
            findings.add("no verdict: " + e);
        }
        if (load.failure() != null) {
            findings.add("the load ended: " + load.failure());
        }
        if (!ledger.refusals().isEmpty() && cast.isOnceAndInOrder()) {
            findings.add("records were refused: " + ledger.refusals());
        }
        findings.addAll(differences);
        return report(story, ledger.longestGapMs(scene.touched()), verdict, differences.size(), findings);
    }

    /** The group reads to the end and commits it; then it is asked what it has, and what it has seen. */
    private static List<String> endOf(GroupLoad group, ChaosCluster cluster, String topic, long[] ends)
            throws InterruptedException {
        List<String> findings = new ArrayList<>();
        GroupLedger ledger = group.ledger();
        try {
            cluster.until(
                    ledger.group() + " has committed all", () -> ledger.hasCommitted(ends) || group.failure() != null);
        } catch (IllegalStateException late) {
            findings.add(late.getMessage());
        }
        group.stop();
        if (group.failure() != null) {
            findings.add("a member of " + ledger.group() + " ended: " + group.failure());
        }
        findings.addAll(ledger.findings(cluster.committed(ledger.group(), topic, Load.PARTITIONS), ends));
        return findings;
    }

    private boolean report(Story story, long gapMs, Verdict verdict, int differing, List<String> findings) {
        boolean clean = verdict.isClean(story.cast()) && findings.isEmpty();
        // A busy machine stretches gaps; it loses nothing. So a gap is told and fails nobody.
        boolean slow = story.goalMs() > 0 && gapMs > story.goalMs();
        System.out.printf(
                Locale.ROOT,
                LINE,
                story.name(),
                verdict.acknowledged(),
                gapMs,
                verdict.lost(),
                verdict.duplicated(),
                verdict.reordered(),
                verdict.unread(),
                differing,
                clean ? slow ? "ok, slower than " + story.goalMs() + " ms" : "ok" : "FAILED");
        Stream.concat(verdict.examples().stream(), findings.stream())
                .forEach(finding -> System.out.println("    " + finding.replace("\n", "\n    ")));
        failed |= !clean;
        return clean;
    }
}
