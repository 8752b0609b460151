package io.millrace.verticles.handler;

import io.millrace.log.TimestampOutcome;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;
import io.millrace.verticles.shard.Replica;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;

/**
 * ListOffsets: earliest, latest, the record of the largest timestamp, or the first record from a timestamp on.
 *
 * <p>Thread: the connection's event loop.
 */
public final class ListOffsetsHandler implements ApiHandler<ListOffsetsRequestData> {
    private static final byte READ_COMMITTED = 1;
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;
    private static final long MAX_TIMESTAMP = -3;
    private static final long EARLIEST_LOCAL = -4;
    private static final long LATEST_TIERED = -5;
    private static final long EARLIEST_PENDING_UPLOAD = -6;
    private static final int UNKNOWN = -1;
    private static final short FIRST_WITH_LEADER_EPOCH = 4;

    private final Node node;

    public ListOffsetsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(ListOffsetsRequestData request, RequestContext context) {
        MetadataImage image = node.image();
        Set<PartitionName> twice = namedTwice(request);
        ListOffsetsResponseData response = new ListOffsetsResponseData();
        List<Future<?>> lookups = new ArrayList<>();
        for (ListOffsetsTopic topic : request.topics()) {
            ListOffsetsTopicResponse answers = new ListOffsetsTopicResponse().setName(topic.name());
            response.topics().add(answers);
            TopicImage found = image.topic(topic.name());
            for (ListOffsetsPartition partition : topic.partitions()) {
                ListOffsetsPartitionResponse answer = unknown(partition.partitionIndex(), Errors.NONE);
                answers.partitions().add(answer);
                Errors unknown = Topics.check(found, null, partition.partitionIndex());
                if (twice.contains(new PartitionName(topic.name(), partition.partitionIndex()))) {
                    answer.setErrorCode(Errors.INVALID_REQUEST.code());
                } else if (partition.timestamp() < minTimestamp(context.version())) {
                    answer.setErrorCode(Errors.UNSUPPORTED_VERSION.code());
                } else if (unknown != Errors.NONE) {
                    answer.setErrorCode(unknown.code());
                } else {
                    boolean committed = request.isolationLevel() == READ_COMMITTED;
                    lookups.add(node.shards()
                            .<Void>ask(
                                    found.id(),
                                    partition.partitionIndex(),
                                    (replica, done) ->
                                            look(replica, partition, committed, context.version(), answer, done)));
                }
            }
        }
        Future.join(lookups).onComplete(done -> {
            response.topics().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .forEach(answer -> finish(answer, context));
            context.respond(response);
        });
    }

    private static void finish(ListOffsetsPartitionResponse answer, RequestContext context) {
        if (answer.errorCode() != 0) {
            context.error(answer.errorCode());
        }
        if (context.version() < FIRST_WITH_LEADER_EPOCH) {
            answer.setLeaderEpoch(UNKNOWN);
        }
    }

    private static Set<PartitionName> namedTwice(ListOffsetsRequestData request) {
        Set<PartitionName> seen = new HashSet<>();
        Set<PartitionName> twice = new HashSet<>();
        for (ListOffsetsTopic topic : request.topics()) {
            for (ListOffsetsPartition partition : topic.partitions()) {
                PartitionName named = new PartitionName(topic.name(), partition.partitionIndex());
                if (!seen.add(named)) {
                    twice.add(named);
                }
            }
        }
        return twice;
    }

    /** The special values came one by one: -3 with v7, -4 with v8, -5 with v9, -6 with v11. */
    private static long minTimestamp(short version) {
        if (version >= 11) {
            return EARLIEST_PENDING_UPLOAD;
        }
        return version >= 9 ? LATEST_TIERED : version == 8 ? EARLIEST_LOCAL : version == 7 ? MAX_TIMESTAMP : EARLIEST;
    }

    private static ListOffsetsPartitionResponse unknown(int partition, Errors error) {
        return new ListOffsetsPartitionResponse()
                .setPartitionIndex(partition)
                .setErrorCode(error.code())
                .setOffset(UNKNOWN)
                .setTimestamp(UNKNOWN)
                .setLeaderEpoch(UNKNOWN);
    }

    /** Looks one partition up. Thread: its shard's loop. */
    private static void look(
            Replica replica,
            ListOffsetsPartition wanted,
            boolean committed,
            short version,
            ListOffsetsPartitionResponse answer,
            Promise<Void> done) {
        Errors refusal =
                replica == null ? Errors.NOT_LEADER_OR_FOLLOWER : replica.checkLeader(wanted.currentLeaderEpoch());
        if (refusal == Errors.NONE && !replica.leadsForSure()) {
            // The end of yesterday would send a client back.
            refusal = Errors.NOT_LEADER_OR_FOLLOWER;
        }
        if (refusal != Errors.NONE) {
            answer.setErrorCode(refusal.code());
            done.complete();
            return;
        }
        long highWatermark = replica.machine().highWatermark();
        long end = committed ? replica.log().lastStableOffset(highWatermark) : highWatermark;
        long timestamp = wanted.timestamp();
        if (timestamp == LATEST) {
            if (!replica.latestIsKnown()) {
                answer.setErrorCode(notYet(version));
            } else {
                answer.setOffset(end).setLeaderEpoch(replica.machine().leaderEpoch());
            }
            done.complete();
        } else if (timestamp == EARLIEST || timestamp == EARLIEST_LOCAL) {
            long start = replica.log().logStartOffset();
            answer.setOffset(start).setLeaderEpoch(replica.log().epochAt(start));
            done.complete();
        } else if (timestamp == LATEST_TIERED || timestamp == EARLIEST_PENDING_UPLOAD) {
            // Nothing is tiered here: as Kafka answers when remote storage is off.
            done.complete();
        } else if (timestamp == MAX_TIMESTAMP) {
            replica.log()
                    .findMaxTimestamp(end, outcome -> settle(outcome, replica.latestIsKnown(), version, answer, done));
        } else {
            replica.log()
                    .findByTimestamp(
                            timestamp, end, outcome -> settle(outcome, replica.latestIsKnown(), version, answer, done));
        }
    }

    private static short notYet(short version) {
        return (version >= 5 ? Errors.OFFSET_NOT_AVAILABLE : Errors.LEADER_NOT_AVAILABLE).code();
    }

    static void settle(
            TimestampOutcome outcome,
            boolean latestIsKnown,
            short version,
            ListOffsetsPartitionResponse answer,
            Promise<Void> done) {
        if (outcome instanceof TimestampOutcome.Found found) {
            answer.setOffset(found.offset()).setTimestamp(found.timestamp()).setLeaderEpoch(found.epoch());
        } else if (outcome instanceof TimestampOutcome.Failed) {
            answer.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
        } else if (!latestIsKnown) {
            // It may be among what a new leader does not show yet: "none" would send the client beyond it (KIP-207).
            answer.setErrorCode(notYet(version));
        }
        done.complete();
    }
}
