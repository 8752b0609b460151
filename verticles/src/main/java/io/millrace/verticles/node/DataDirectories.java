package io.millrace.verticles.node;

import io.millrace.log.disk.RealDisk;
import io.millrace.log.store.FoundDirectories;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryException;
import io.millrace.log.store.LogDirectoryOptions;
import io.millrace.membership.config.ConfigCatalog;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.image.MetadataImage;
import io.millrace.protocol.KafkaIds;
import io.millrace.verticles.config.ConfigException;
import io.millrace.verticles.config.NodeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.kafka.common.Uuid;

/**
 * Opens the node's data directories and makes sure that those which belong to a cluster belong to the same one. Fresh ones
 * are bound to it when the node has become part of a cluster.
 *
 * <p>Thread: blocks, so none of the event loops.
 */
final class DataDirectories {
    private DataDirectories() {}

    /** Opens all that are there; when one must not be used the others are closed again and one line says why. */
    static FoundDirectories open(NodeConfig config) {
        List<LogDirectory> opened = new ArrayList<>();
        try {
            RealDisk disk = new RealDisk();
            FoundDirectories found = FoundDirectories.open(
                    config.dataDirectories(), disk, path -> LogDirectory.open(path, disk, options(config)));
            opened.addAll(found.opened());
            check(opened, config.clusterId().map(KafkaIds::toText));
            return found;
        } catch (LogDirectoryException unusable) {
            opened.forEach(LogDirectory::close);
            throw new ConfigException(unusable.getMessage());
        } catch (RuntimeException failure) {
            opened.forEach(LogDirectory::close);
            throw failure;
        }
    }

    private static void check(List<LogDirectory> directories, Optional<String> wanted) {
        Optional<String> bound = wanted;
        for (LogDirectory directory : directories) {
            Predicate<String> other = id -> directory.clusterId().isPresent()
                    && !directory.clusterId().get().equals(id);
            if (wanted.filter(other).isPresent()) {
                throw new ConfigException("data: " + directory.path() + " belongs to cluster "
                        + directory.clusterId().get() + ", node.cluster.id is " + wanted.get());
            }
            if (bound.filter(other).isPresent()) {
                throw new ConfigException("data: " + directory.path() + " belongs to cluster "
                        + directory.clusterId().get() + ", another data folder of this node to cluster " + bound.get());
            }
            bound = bound.or(directory::clusterId);
        }
    }

    private static long producerExpirationMs(NodeConfig config) {
        return new EffectiveConfigs(ConfigCatalog.get(), config.nodeId(), config.kafka())
                .brokerLong(MetadataImage.EMPTY, "producer.id.expiration.ms");
    }

    private static LogDirectoryOptions options(NodeConfig config) {
        LogDirectoryOptions defaults = LogDirectoryOptions.of(config.nodeId(), null);
        NodeConfig.Runtime runtime = config.runtime();
        return new LogDirectoryOptions(
                defaults.nodeId(),
                defaults.clusterId(),
                runtime.writerQueueBytes(),
                runtime.openFiles(),
                runtime.ioThreads(),
                defaults.readQueueTasks(),
                runtime.syncThreads(),
                defaults.checkpointBytes(),
                defaults.checkpointMs(),
                defaults.indexCacheBytes(),
                producerExpirationMs(config));
    }

    /** The id that topics get: random, and none of those that Kafka reserves. */
    static UUID newTopicId() {
        return KafkaIds.toJava(Uuid.randomUuid());
    }
}
