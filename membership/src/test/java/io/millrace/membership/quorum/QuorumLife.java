package io.millrace.membership.quorum;

import io.millrace.log.disk.Disk;
import io.millrace.log.io.ManualDirectoryIo;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryException;
import io.millrace.log.store.LogDirectoryOptions;
import io.millrace.membership.CommitListener;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * A quorum of one on a real log directory, driven step by step: everything between two steps happens when the test says
 * so. State is the list of all records.
 *
 * <p>Thread: the test's.
 */
final class QuorumLife {
    static final Path ROOT = Path.of("/data");

    final Disk disk;
    final List<String> state = new ArrayList<>();
    final List<String> snapshotState = new ArrayList<>();
    final List<String> acknowledged = new ArrayList<>();
    final List<String> halts = new ArrayList<>();
    /** What the node says to others. */
    final List<QuorumMessage> sent = new ArrayList<>();

    long snapshotBytes = 1 << 20;
    long provenEnd;
    List<VoterAddress> voters = List.of(new VoterAddress(1, "localhost", 1));

    QuorumNode node;
    private final Deque<Runnable> owed = new ArrayDeque<>();
    private final Deque<Runnable> files = new ArrayDeque<>();
    private final Deque<Runnable> alarms = new ArrayDeque<>();
    private ManualDirectoryIo io;
    private LogDirectory directory;
    private boolean active;

    QuorumLife(Disk disk) {
        this.disk = disk;
    }

    boolean active() {
        return active;
    }

    /** Opens and runs until nothing is left to do; throws what the opener failed with. */
    QuorumLife start() throws Throwable {
        io = new ManualDirectoryIo();
        try {
            directory = LogDirectory.open(ROOT, disk, LogDirectoryOptions.of(1, null), io);
        } catch (LogDirectoryException e) {
            throw new AssertionError(e);
        }
        QuorumPorts.Alarm alarm = (delayMs, task) -> {
            alarms.add(task);
            return () -> alarms.remove(task);
        };
        FormationNode formation = new FormationNode(
                new NodeIdentity(1, Optional.empty(), voters),
                new MetadataFolder(disk, List.of(directory)),
                new FormationNode.Ports(
                        owed::add, files::add, io::nowMs, alarm, FormationNode.Transport.NOWHERE, UUID::randomUUID));
        CompletableFuture<NodePromises> formed = formation.form().toCompletableFuture();
        run();
        NodePromises promises = orThrow(formed);
        alarms.clear();
        QuorumSettings settings = QuorumSettings.withDefaults(1, promises.directoryId(), promises.voters());
        QuorumPorts ports = new QuorumPorts(
                owed::add, io::nowMs, alarm, (to, message) -> sent.add(message), bound -> 0, halts::add);
        CompletableFuture<QuorumNode> opened = QuorumOpener.open(new QuorumOpener.Parts(
                        directory,
                        disk,
                        settings,
                        promises,
                        ports,
                        files::add,
                        io::nowMs,
                        snapshotBytes,
                        () -> provenEnd))
                .toCompletableFuture();
        run();
        node = orThrow(opened);
        state.clear();
        node.onCommit(new Applied());
        node.start();
        return run();
    }

    private static <T> T orThrow(CompletableFuture<T> done) throws Throwable {
        try {
            return done.getNow(null);
        } catch (CompletionException e) {
            throw e.getCause();
        }
    }

    QuorumLife run() {
        for (int i = 0; i < 100_000; i++) {
            boolean any = io.runWriter();
            any |= io.runSyncs();
            any |= io.runReads();
            any |= runAll(owed);
            any |= runAll(files);
            if (!any) {
                return this;
            }
        }
        throw new AssertionError("never comes to rest");
    }

    /** Time passes: what waits for it runs. */
    QuorumLife runAlarms() {
        runAll(alarms);
        return run();
    }

    QuorumLife passMs(long ms) {
        io.advanceMs(ms);
        return runAlarms();
    }

    private static boolean runAll(Deque<Runnable> tasks) {
        boolean any = !tasks.isEmpty();
        for (int i = tasks.size(); i > 0; i--) {
            tasks.remove().run();
        }
        return any;
    }

    /** Another node says something. */
    QuorumLife hear(int from, QuorumMessage message) {
        node.receive(from, message);
        return run();
    }

    <M extends QuorumMessage> M lastSent(Class<M> kind) {
        M last = null;
        for (QuorumMessage message : sent) {
            if (kind.isInstance(message)) {
                last = kind.cast(message);
            }
        }
        return last;
    }

    /** Proposes each value as a batch of its own; they count as acknowledged when answered. */
    QuorumLife propose(String... values) {
        long offset = node.machine().endOffset();
        for (String value : values) {
            node.propose(node.leaderEpoch(), offset++, List.of(value.getBytes(StandardCharsets.UTF_8)))
                    .thenAccept(committed -> acknowledged.add(value));
        }
        return run();
    }

    /** The process or the machine dies: nothing is closed. */
    void die() {
        owed.clear();
        files.clear();
        alarms.clear();
        node = null;
        active = false;
    }

    void stop() {
        CompletableFuture<Void> closed = node.close().toCompletableFuture();
        run();
        if (!closed.isDone()) {
            throw new AssertionError("close is not done");
        }
        directory.close();
        die();
    }

    Path folder() {
        return ROOT.resolve(QuorumOpener.FOLDER);
    }

    private final class Applied implements CommitListener {
        @Override
        public void committed(long baseOffset, int epoch, List<byte[]> records) {
            records.forEach(one -> state.add(new String(one, StandardCharsets.UTF_8)));
        }

        @Override
        public void snapshotLoaded(long endOffset, int epoch, List<byte[]> records) {
            state.clear();
            records.forEach(one -> state.add(new String(one, StandardCharsets.UTF_8)));
            snapshotState.clear();
            snapshotState.addAll(state);
        }

        @Override
        public Supplier<List<byte[]>> captureSnapshot() {
            List<String> copy = List.copyOf(state);
            return () -> copy.stream()
                    .map(value -> value.getBytes(StandardCharsets.UTF_8))
                    .toList();
        }

        @Override
        public void leadershipGained(int epoch) {
            active = true;
        }

        @Override
        public void leadershipLost(int epoch) {
            active = false;
        }
    }
}
