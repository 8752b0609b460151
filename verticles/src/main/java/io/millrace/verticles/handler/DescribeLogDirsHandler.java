package io.millrace.verticles.handler;

import io.millrace.log.PartitionLog;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.move.ReplicaMove;
import io.millrace.log.store.FoundDirectories;
import io.millrace.log.store.LogDirectory;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;
import io.millrace.verticles.shard.Replica;
import io.millrace.verticles.shard.Shard;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;

/**
 * DescribeLogDirs: each log directory with the space of its device and the size of every replica in it, those on their way
 * from another directory too.
 *
 * <p>Thread: the connection's event loop; sizes are gathered on the shards' loops.
 */
public final class DescribeLogDirsHandler implements ApiHandler<DescribeLogDirsRequestData> {
    /** One replica as its shard sees it. */
    private record Row(LogDirectory directory, TopicPartitionId id, long sizeBytes, long offsetLag, boolean isFuture) {

        static Row of(Replica replica) {
            PartitionLog log = replica.log();
            long lag = Math.max(0, replica.machine().highWatermark() - log.assignedEnd());
            return new Row(replica.directory(), log.id(), log.sizeBytes(), lag, false);
        }

        /** What has arrived in the directory that it moves to. */
        static Row of(ReplicaMove move, TopicPartitionId id) {
            return new Row(move.to(), id, move.copiedBytes(), move.lag(), true);
        }
    }

    private final Node node;

    public DescribeLogDirsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(DescribeLogDirsRequestData request, RequestContext context) {
        List<Future<List<Row>>> rows = new ArrayList<>();
        for (Shard shard : node.shards().all()) {
            Promise<List<Row>> promise = Promise.promise();
            rows.add(promise.future());
            shard.run(() -> promise.complete(rows(shard, request)));
        }
        Future.join(rows)
                .onComplete(done -> context.respond(answer(rows.stream()
                        .flatMap(shard -> shard.result().stream())
                        .collect(Collectors.groupingBy(Row::directory)))));
    }

    private static List<Row> rows(Shard shard, DescribeLogDirsRequestData request) {
        List<Row> rows = new ArrayList<>();
        shard.forEach(replica -> {
            if (isWanted(request, replica.log().id())) {
                rows.add(Row.of(replica));
                ReplicaMove move = shard.moves().of(replica);
                if (move != null) {
                    rows.add(Row.of(move, replica.log().id()));
                }
            }
        });
        return rows;
    }

    /** No topics stands for all of them. */
    private static boolean isWanted(DescribeLogDirsRequestData request, TopicPartitionId id) {
        if (request.topics() == null) {
            return true;
        }
        var topic = request.topics().find(id.topic());
        return topic != null && topic.partitions().contains(id.partition());
    }

    private DescribeLogDirsResponseData answer(Map<LogDirectory, List<Row>> rows) {
        DescribeLogDirsResponseData response = new DescribeLogDirsResponseData();
        for (LogDirectory directory : node.directories().all()) {
            DescribeLogDirsResult result =
                    new DescribeLogDirsResult().setLogDir(directory.path().toString());
            response.results().add(result);
            if (directory.offlineReason().isPresent()) {
                result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
                continue;
            }
            result.setTotalBytes(directory.totalBytes()).setUsableBytes(directory.usableBytes());
            Map<String, DescribeLogDirsTopic> topics = new TreeMap<>();
            for (Row row : rows.getOrDefault(directory, List.of())) {
                topics.computeIfAbsent(row.id().topic(), name -> new DescribeLogDirsTopic().setName(name))
                        .partitions()
                        .add(new DescribeLogDirsPartition()
                                .setPartitionIndex(row.id().partition())
                                .setPartitionSize(row.sizeBytes())
                                .setOffsetLag(row.offsetLag())
                                .setIsFutureKey(row.isFuture()));
            }
            result.topics().addAll(topics.values());
        }
        for (FoundDirectories.Unopened missing : node.directories().unopened()) {
            response.results()
                    .add(new DescribeLogDirsResult()
                            .setLogDir(missing.path().toString())
                            .setErrorCode(Errors.KAFKA_STORAGE_ERROR.code()));
        }
        return response;
    }
}
