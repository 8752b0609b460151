package io.millrace.verticles.shard;

import io.millrace.log.TopicPartitionId;
import io.millrace.log.store.FoundDirectories;
import io.millrace.log.store.LogDirectory;
import io.millrace.membership.controller.TopicNames;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * The node's log directories: which one holds a partition, and which one takes the next.
 *
 * <p>A partition that was found on disk stays where it is; a new one goes to the directory that holds the fewest.
 *
 * <p>Thread: any.
 */
public final class LogDirectories {
    /** Wishes for replicas that are not there yet; beyond that the oldest are forgotten. */
    private static final int MAX_WISHES = 10_000;

    private final List<LogDirectory> directories;
    private final List<FoundDirectories.Unopened> unopened;
    private final Map<TopicPartitionId, LogDirectory> found = new ConcurrentHashMap<>();
    private final Map<LogDirectory, AtomicInteger> replicas = new ConcurrentHashMap<>();
    /** By topic and partition, since there may be no id yet. */
    private final Map<String, LogDirectory> wishes = new LinkedHashMap<>();

    /** Takes open directories, in the order of the configuration. */
    public LogDirectories(List<LogDirectory> directories) {
        this(directories, List.of());
    }

    /** Takes open directories, in the order of the configuration, and those that the node has to do without. */
    public LogDirectories(List<LogDirectory> directories, List<FoundDirectories.Unopened> unopened) {
        this.directories = List.copyOf(directories);
        this.unopened = List.copyOf(unopened);
        for (LogDirectory directory : directories) {
            // The metadata log is nobody's replica: the quorum keeps it.
            List<TopicPartitionId> here = directory.found().stream()
                    .filter(id -> !id.topic().equals(TopicNames.METADATA_TOPIC))
                    .toList();
            here.forEach(id -> found.put(id, directory));
            replicas.put(directory, new AtomicInteger(here.size()));
        }
    }

    /** The directory in which the partition was found at start; empty when it is new here. */
    Optional<LogDirectory> holding(TopicPartitionId id) {
        return Optional.ofNullable(found.get(id));
    }

    /**
     * Whether a replica that was found nowhere may lie in a directory that is not there: it must not be made anew, empty,
     * and lead as if nothing had been lost.
     */
    boolean mayHoldUnseen() {
        return unopened.stream().anyMatch(FoundDirectories.Unopened::held);
    }

    /** The directory into which the replica was being moved when the node stopped. */
    Optional<LogDirectory> futureOf(TopicPartitionId id) {
        return directories.stream()
                .filter(directory -> directory.moving().futures().contains(id))
                .findFirst();
    }

    /** The directory of this path. */
    public Optional<LogDirectory> at(String path) {
        return directories.stream()
                .filter(directory -> directory.path().toString().equals(path))
                .findFirst();
    }

    /** Whether the node has to do without one of its directories. */
    public boolean isAnyOffline() {
        return !unopened.isEmpty()
                || directories.stream()
                        .anyMatch(directory -> directory.offlineReason().isPresent());
    }

    /** Where a replica that is not there yet shall be made; forgotten when the node stops, as KAFKA's is. */
    public void wish(String topic, int partition, LogDirectory directory) {
        synchronized (wishes) {
            if (wishes.size() >= MAX_WISHES) {
                wishes.remove(wishes.keySet().iterator().next());
            }
            wishes.put(topic + "-" + partition, directory);
        }
    }

    private Optional<LogDirectory> wished(TopicPartitionId id) {
        synchronized (wishes) {
            return Optional.ofNullable(wishes.remove(id.toString()))
                    .filter(directory -> directory.offlineReason().isEmpty());
        }
    }

    /**
     * The online directory that was wished for, or the one with the fewest replicas, one counted in; empty when all are
     * offline.
     */
    Optional<LogDirectory> forNewReplica(TopicPartitionId id) {
        LogDirectory best = wished(id).orElseGet(this::emptiest);
        if (best != null) {
            replicas.get(best).incrementAndGet();
        }
        return Optional.ofNullable(best);
    }

    private LogDirectory emptiest() {
        LogDirectory best = null;
        for (LogDirectory directory : directories) {
            if (directory.offlineReason().isEmpty()
                    && (best == null
                            || replicas.get(directory).get()
                                    < replicas.get(best).get())) {
                best = directory;
            }
        }
        return best;
    }

    /** A replica is in another directory now. */
    void moved(TopicPartitionId id, LogDirectory from, LogDirectory to) {
        left(from, id);
        replicas.get(to).incrementAndGet();
    }

    /** A replica has left its directory. */
    void left(LogDirectory directory, TopicPartitionId id) {
        found.remove(id);
        replicas.get(directory).decrementAndGet();
    }

    /** Partitions found at start that nobody wants: of topics that were deleted meanwhile. */
    public Map<TopicPartitionId, LogDirectory> strays(Predicate<TopicPartitionId> wanted) {
        Map<TopicPartitionId, LogDirectory> strays = new HashMap<>(found);
        strays.keySet().removeIf(wanted);
        return strays;
    }

    /** Removes the folders of partitions that were taken from this broker while it was away; once what it knows is current. */
    public void removeStrays(MetadataImage image, int brokerId) {
        Predicate<TopicPartitionId> wanted = id -> {
            PartitionImage partition = image.partition(id.topicId(), id.partition());
            return partition != null && partition.isReplica(brokerId);
        };
        strays(wanted).forEach((id, directory) -> {
            directory.removeStray(id);
            left(directory, id);
        });
        for (LogDirectory directory : directories) {
            directory.moving().futures().stream().filter(wanted.negate()).forEach(directory.moving()::remove);
        }
    }

    public List<LogDirectory> all() {
        return directories;
    }

    /** Those that are configured and were not there at start. */
    public List<FoundDirectories.Unopened> unopened() {
        return unopened;
    }

    /** One sentence for each directory that is not to be had, or takes no writes. */
    public List<String> attention() {
        List<String> sentences = new ArrayList<>();
        for (LogDirectory directory : directories) {
            directory
                    .offlineReason()
                    .ifPresent(why -> sentences.add("log directory " + directory.path() + " is offline: " + why));
            if (directory.isDiskFull()) {
                sentences.add("log directory " + directory.path() + " is full: its last write found no space");
            }
        }
        unopened.forEach(
                missing -> sentences.add("log directory " + missing.path() + " is left out: " + missing.reason()));
        return sentences;
    }

    /** The ids of all directories, for the broker's registration. */
    public List<UUID> ids() {
        List<UUID> ids = new ArrayList<>();
        directories.forEach(directory -> ids.add(directory.directoryId()));
        return ids;
    }
}
