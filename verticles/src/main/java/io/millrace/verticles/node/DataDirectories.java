package io.millrace.verticles.node;

import io.millrace.log.disk.RealDisk;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryException;
import io.millrace.log.store.LogDirectoryOptions;
import io.millrace.membership.config.ConfigCatalog;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.image.MetadataImage;
import io.millrace.protocol.KafkaIds;
import io.millrace.verticles.config.ConfigException;
import io.millrace.verticles.config.NodeConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.Uuid;

/**
 * Opens the node's data directories and sees to it that all of them belong to one cluster: a fresh one is bound to the
 * cluster of the others, and when all are fresh, to the one the node's file names or to a new one.
 *
 * <p>Thread: blocks, so none of the event loops.
 */
final class DataDirectories {
    /** Open directories of one cluster. */
    record Opened(List<LogDirectory> directories, String clusterId) {}

    private DataDirectories() {}

    /** Opens all of them; when one can not be used the others are closed again and one line says why. */
    static Opened open(NodeConfig config) {
        Optional<String> wanted = config.clusterId().map(KafkaIds::toText);
        List<LogDirectory> opened = new ArrayList<>();
        try {
            for (Path path : config.dataDirectories()) {
                opened.add(LogDirectory.open(path, new RealDisk(), options(config, wanted.orElse(null))));
            }
            String clusterId = opened.stream()
                    .flatMap(directory -> directory.clusterId().stream())
                    .findFirst()
                    .or(() -> wanted)
                    .orElseGet(DataDirectories::newClusterId);
            for (LogDirectory directory : opened) {
                bind(directory, clusterId);
            }
            return new Opened(List.copyOf(opened), clusterId);
        } catch (LogDirectoryException unusable) {
            opened.forEach(LogDirectory::close);
            throw new ConfigException(unusable.getMessage());
        } catch (RuntimeException failure) {
            opened.forEach(LogDirectory::close);
            throw failure;
        }
    }

    private static void bind(LogDirectory directory, String clusterId) throws LogDirectoryException {
        Optional<String> bound = directory.clusterId();
        if (bound.isEmpty()) {
            directory.format(clusterId);
        } else if (!bound.get().equals(clusterId)) {
            throw new ConfigException("data: " + directory.path() + " belongs to cluster " + bound.get()
                    + ", another data folder of this node to cluster " + clusterId);
        }
    }

    private static long producerExpirationMs(NodeConfig config) {
        return new EffectiveConfigs(ConfigCatalog.get(), config.nodeId(), config.kafka())
                .brokerLong(MetadataImage.EMPTY, "producer.id.expiration.ms");
    }

    private static LogDirectoryOptions options(NodeConfig config, String clusterId) {
        LogDirectoryOptions defaults = LogDirectoryOptions.of(config.nodeId(), clusterId);
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

    /** Kafka's tools take an id that begins with a dash for an option. */
    private static String newClusterId() {
        String id = Uuid.randomUuid().toString();
        return id.startsWith("-") ? newClusterId() : id;
    }

    /** The id that topics get: random, and none of those that Kafka reserves. */
    static UUID newTopicId() {
        return KafkaIds.toJava(Uuid.randomUuid());
    }
}
