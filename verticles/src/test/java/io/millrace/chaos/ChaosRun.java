package io.millrace.chaos;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.millrace.oracle.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
    private static final String LINE = "| %-40s | %7d | %8s | %5d | %5d | %5d | %5d | %s |%n";
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
        System.out.println("| story | acks | gap ms | lost | twice | order | unread | verdict |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
        tell(
                Stories.ALL.stream()
                        .filter(this::isWanted)
                        .filter(s -> !s.onSmallDisk())
                        .toList(),
                rounds,
                false);
        List<Story> small = Stories.ALL.stream()
                .filter(this::isWanted)
                .filter(Story::onSmallDisk)
                .toList();
        if (!small.isEmpty()) {
            tell(small, rounds, true);
        }
    }

    private boolean isWanted(Story story) {
        return switch (which) {
            case "short" -> story.inShortForm();
            case "long" -> true;
            default -> story.name().contains(which);
        };
    }

    private void tell(List<Story> stories, int rounds, boolean onSmallDisk) throws Exception {
        if (stories.isEmpty()) {
            return;
        }
        Path place = home.resolve(onSmallDisk ? "small" : "large");
        ChaosCluster cluster = newCluster(place, onSmallDisk);
        try {
            for (int round = 0; round < rounds; round++) {
                for (Story story : stories) {
                    if (story.needsCuts() && !network.canCut()) {
                        System.out.printf("| %-40s | not run: links cannot be cut on this machine |%n", story.name());
                    } else if (!tell(story, cluster)) {
                        // Its data stays for a look at it; the next story gets a fresh cluster.
                        cluster.close();
                        cluster = newCluster(home.resolve("after-" + told), onSmallDisk);
                    }
                }
            }
        } finally {
            cluster.close();
        }
        if (!failed) {
            ChaosNode.deleteTree(place);
        }
    }

    private ChaosCluster newCluster(Path place, boolean onSmallDisk) {
        ChaosCluster cluster = new ChaosCluster(network, place);
        // Whoever ends this run ends the nodes too.
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
        if (onSmallDisk) {
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
        Ledger ledger = new Ledger(Load.PARTITIONS);
        Load load = new Load(cluster.bootstrap(), topic, ledger);
        String failure = null;
        Scene scene = null;
        Verdict verdict;
        try {
            cluster.createTopic(topic, Load.PARTITIONS);
            cluster.awaitWhole(topic);
            load.start();
            scene = new Scene(cluster, topic, ledger, which.equals("short"));
            scene.awaitProgress();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
            ledger.startGaps();
            story.telling().tell(scene);
            scene.awaitProgress();
            scene.awaitWhole();
        } catch (Exception e) {
            failure = e.getMessage() == null ? e.toString() : e.getMessage();
        }
        try {
            load.stop();
            verdict = Verdict.on(ledger, cluster.bootstrap(), topic);
        } catch (Exception e) {
            verdict = new Verdict(ledger.count(), 0, 0, 0, 0, List.of("no verdict: " + e));
        }
        return report(story, scene, ledger, load, verdict, failure);
    }

    private boolean report(Story story, Scene scene, Ledger ledger, Load load, Verdict verdict, String failure) {
        long gapMs = scene == null ? 0 : ledger.longestGapMs(scene.touched());
        List<String> findings = new ArrayList<>(verdict.examples());
        if (failure != null) {
            findings.add(failure);
        }
        if (load.failure() != null) {
            findings.add("the load ended: " + load.failure());
        }
        if (!ledger.refusals().isEmpty()) {
            findings.add("records were refused: " + ledger.refusals());
        }
        boolean clean = verdict.isClean() && findings.isEmpty();
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
                clean ? slow ? "ok, slower than " + story.goalMs() + " ms" : "ok" : "FAILED");
        findings.forEach(finding -> System.out.println("    " + finding.replace("\n", "\n    ")));
        failed |= !clean;
        return clean;
    }
}
