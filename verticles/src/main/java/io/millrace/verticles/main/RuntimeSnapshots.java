package io.millrace.verticles.main;

import io.millrace.log.PartitionLog;
import io.millrace.log.store.LogDirectory;
import io.millrace.membership.image.MetadataImage;
import io.millrace.verticles.coordinator.GroupReport;
import io.millrace.verticles.http.Readiness;
import io.millrace.verticles.metrics.NodeSnapshot;
import io.millrace.verticles.metrics.NodeSnapshot.DirectorySnapshot;
import io.millrace.verticles.metrics.NodeSnapshot.GroupsSnapshot;
import io.millrace.verticles.metrics.NodeSnapshot.LogSnapshot;
import io.millrace.verticles.metrics.NodeSnapshots;
import io.millrace.verticles.metrics.UncleanElections;
import io.millrace.verticles.node.Node;
import io.millrace.verticles.shard.Replica;
import io.millrace.verticles.shard.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Asks every shard, on its own loop, for the numbers of its logs, and puts them beside what the cluster has decided. While the
 * node is not ready, nobody is asked.
 *
 * <p>Thread: any; completes on any.
 */
final class RuntimeSnapshots implements NodeSnapshots {
    /** A shard that does not answer in this time is left out of the scrape. */
    private static final long SHARD_TIMEOUT_MS = 2000;

    /** What one shard has said. */
    private record Part(List<LogSnapshot> logs, GroupReport groups) {
        static final Part NONE = new Part(List.of(), null);
    }

    private final Node node;
    private final Readiness readiness;
    private final UncleanElections unclean;
    private final int mostOffsets;

    /** @param mostOffsets beyond so many committed offsets in one shard none is told one by one */
    RuntimeSnapshots(Node node, Readiness readiness, UncleanElections unclean, int mostOffsets) {
        this.node = node;
        this.readiness = readiness;
        this.unclean = unclean;
        this.mostOffsets = mostOffsets;
    }

    @Override
    public CompletionStage<NodeSnapshot> take() {
        MetadataImage image = node.image();
        if (!readiness.isRunning()) {
            // Parts may be missing, or closing: what can be said without asking them.
            return CompletableFuture.completedStage(new NodeSnapshot(
                    node.brokerId(),
                    image,
                    OptionalInt.empty(),
                    false,
                    List.of(),
                    List.of(),
                    unclean.count(),
                    GroupsSnapshot.NONE));
        }
        List<CompletableFuture<Part>> parts = new ArrayList<>();
        for (Shard shard : node.shards().all()) {
            CompletableFuture<Part> part = new CompletableFuture<>();
            shard.execute(
                    () -> part.complete(new Part(logs(shard), node.groups().report(shard, mostOffsets))));
            parts.add(part.completeOnTimeout(Part.NONE, SHARD_TIMEOUT_MS, TimeUnit.MILLISECONDS));
        }
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApplyAsync(done -> {
            List<LogSnapshot> logs = new ArrayList<>();
            List<GroupReport> groups = new ArrayList<>();
            parts.stream().map(CompletableFuture::join).forEach(part -> {
                logs.addAll(part.logs());
                if (part.groups() != null) {
                    groups.add(part.groups());
                }
            });
            return new NodeSnapshot(
                    node.brokerId(),
                    image,
                    node.controller().controllerId(),
                    readiness.isRunning(),
                    logs,
                    directories(node),
                    unclean.count(),
                    GroupSnapshots.of(groups));
        });
    }

    private static List<LogSnapshot> logs(Shard shard) {
        List<LogSnapshot> logs = new ArrayList<>();
        shard.forEach(replica -> logs.add(log(replica)));
        return logs;
    }

    private static LogSnapshot log(Replica replica) {
        PartitionLog log = replica.log();
        long highWatermark = replica.machine().highWatermark();
        return new LogSnapshot(
                log.id().topic(),
                log.id().partition(),
                replica.machine().isLeader(),
                log.config().minInsyncReplicas(),
                log.logStartOffset(),
                log.lastStableOffset(highWatermark),
                highWatermark,
                log.assignedEnd(),
                log.sizeBytes(),
                log.segmentCount(),
                log.producers().count(),
                replica.links().lag());
    }

    private static List<DirectorySnapshot> directories(Node node) {
        List<DirectorySnapshot> folders = new ArrayList<>();
        node.directories().all().forEach(folder -> folders.add(directory(folder)));
        node.directories()
                .unopened()
                .forEach(folder ->
                        folders.add(new DirectorySnapshot(folder.path().toString(), true, 0, 0)));
        return folders;
    }

    private static DirectorySnapshot directory(LogDirectory folder) {
        boolean offline = folder.offlineReason().isPresent();
        return new DirectorySnapshot(
                folder.path().toString(),
                offline,
                offline ? 0 : folder.totalBytes(),
                offline ? 0 : folder.usableBytes());
    }
}
