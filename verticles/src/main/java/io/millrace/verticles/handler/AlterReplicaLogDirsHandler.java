package io.millrace.verticles.handler;

import io.millrace.log.store.LogDirectory;
import io.millrace.membership.controller.TopicNames;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;
import io.millrace.verticles.shard.Replica;
import io.millrace.verticles.shard.Shard;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDir;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirPartitionResult;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirTopicResult;

/**
 * AlterReplicaLogDirs (KIP-113): has replicas of this node moved to another of its log directories, in the background. A replica
 * that is not there is made in that directory when it comes.
 *
 * <p>Thread: the connection's event loop; each replica is asked on its shard's loop.
 */
public final class AlterReplicaLogDirsHandler implements ApiHandler<AlterReplicaLogDirsRequestData> {
    private final Node node;

    public AlterReplicaLogDirsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(AlterReplicaLogDirsRequestData request, RequestContext context) {
        AlterReplicaLogDirsResponseData response = new AlterReplicaLogDirsResponseData();
        List<Future<Void>> asked = new ArrayList<>();
        wanted(request).forEach((topic, paths) -> {
            AlterReplicaLogDirTopicResult answer = new AlterReplicaLogDirTopicResult().setTopicName(topic);
            response.results().add(answer);
            paths.forEach((partition, path) -> {
                AlterReplicaLogDirPartitionResult row =
                        new AlterReplicaLogDirPartitionResult().setPartitionIndex(partition);
                answer.partitions().add(row);
                asked.add(move(topic, partition, path).map(error -> {
                    row.setErrorCode(error.code());
                    return null;
                }));
            });
        });
        Future.join(asked).onComplete(done -> context.respond(response));
    }

    /** The directory for each partition, by topic. KAFKA: of two for one partition the later counts. */
    private static Map<String, Map<Integer, String>> wanted(AlterReplicaLogDirsRequestData request) {
        Map<String, Map<Integer, String>> wanted = new LinkedHashMap<>();
        for (AlterReplicaLogDir directory : request.dirs()) {
            for (AlterReplicaLogDirTopic topic : directory.topics()) {
                Map<Integer, String> paths = wanted.computeIfAbsent(topic.name(), name -> new LinkedHashMap<>());
                topic.partitions().forEach(partition -> paths.put(partition, directory.path()));
            }
        }
        return wanted;
    }

    private Future<Errors> move(String topic, int partition, String path) {
        if (topic.length() > TopicNames.MAX_LENGTH) {
            return Future.succeededFuture(Errors.INVALID_TOPIC_EXCEPTION);
        }
        Optional<LogDirectory> to = node.directories().at(path);
        return to.isPresent() ? move(topic, partition, to.get()) : Future.succeededFuture(unknown(path));
    }

    /** A directory that is configured and was not there at start is known, but of no use. */
    private Errors unknown(String path) {
        return node.directories().unopened().stream()
                        .anyMatch(missing -> missing.path().toString().equals(path))
                ? Errors.KAFKA_STORAGE_ERROR
                : Errors.LOG_DIR_NOT_FOUND;
    }

    private Future<Errors> move(String name, int partition, LogDirectory to) {
        if (to.offlineReason().isPresent()) {
            return Future.succeededFuture(Errors.KAFKA_STORAGE_ERROR);
        }
        TopicImage topic = node.image().topic(name);
        if (topic == null || topic.partition(partition) == null) {
            node.directories().wish(name, partition, to);
            return Future.succeededFuture(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        Promise<Errors> answered = Promise.promise();
        Shard shard = node.shards().of(topic.id(), partition);
        shard.run(() -> answered.complete(move(shard, topic, partition, to)));
        return answered.future();
    }

    /** Thread: the shard's loop. */
    private Errors move(Shard shard, TopicImage topic, int partition, LogDirectory to) {
        Replica replica = shard.replica(topic.id(), partition);
        if (replica == null) {
            if (shard.roles().isOffline(topic.id(), partition)) {
                return Errors.KAFKA_STORAGE_ERROR;
            }
            node.directories().wish(topic.name(), partition, to);
            // KAFKA says so, although it has taken note.
            return Errors.REPLICA_NOT_AVAILABLE;
        }
        if (replica.isOffline()) {
            return Errors.KAFKA_STORAGE_ERROR;
        }
        boolean moves = replica.directory() != to || shard.moves().of(replica) != null;
        if (moves && node.directories().isAnyOffline()) {
            // KAFKA: what lies in a directory that is not there may be a copy of an earlier move.
            return Errors.KAFKA_STORAGE_ERROR;
        }
        shard.moves().move(replica, to);
        return Errors.NONE;
    }
}
