package io.millrace.verticles.handler;

import io.millrace.log.RecordError;
import io.millrace.log.batch.BatchHeader;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.protocol.produce.ProduceRequest;
import io.millrace.protocol.produce.ProduceResponse;
import io.millrace.protocol.produce.ProduceResponseEncoder;
import io.millrace.verticles.node.Node;
import io.millrace.verticles.shard.AppendGroup;
import io.millrace.verticles.shard.PartitionAppend;
import io.millrace.verticles.shard.Shard;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.UUID;

/**
 * One Produce on its way: which shard has which part, how many are still out, and the answer.
 *
 * <p>Thread: the connection's event loop; groups come home to it.
 */
final class ProduceOperation {
    private static final short FIRST_WITH_ZSTD = 7;
    private static final short FIRST_WITH_LEADER_HINTS = 10;
    /** Where a v2 batch has its attributes, and what they mean (KIP-98). */
    private static final int ATTRIBUTES_AT = 21;

    private static final int CODEC_MASK = 0x07;
    private static final int ZSTD = 4;
    private static final int TRANSACTIONAL_BIT = 0x10;
    private static final String ADMIN_CLIENT_ID = "__admin_client";

    private final Node node;
    private final ProduceRequest request;
    private final RequestContext context;
    private final long deadlineMs;
    private final MetadataImage image;
    private final ProduceResponse response;
    private final PartitionAppend[] appends;
    private final AppendGroup[] groups;
    private int groupsOut;

    ProduceOperation(Node node, ProduceRequest request, RequestContext context, long deadlineMs) {
        this.node = node;
        this.request = request;
        this.context = context;
        this.deadlineMs = deadlineMs;
        this.image = node.image();
        this.response = new ProduceResponse(request);
        this.appends = new PartitionAppend[request.entryCount()];
        this.groups = new AppendGroup[node.shards().all().size()];
    }

    void start() {
        Errors refusal = ProduceHandler.refusal(request);
        for (int topic = 0; topic < request.topicCount(); topic++) {
            UUID id = request.topicId(topic);
            TopicImage found = Topics.find(image, request.topicName(topic), id);
            for (int entry = request.firstEntry(topic); entry < request.endEntry(topic); entry++) {
                if (refusal != Errors.NONE) {
                    fail(entry, refusal, null);
                } else {
                    add(entry, found, id);
                }
            }
        }
        submit();
    }

    private void add(int entry, TopicImage topic, UUID id) {
        int partition = request.partition(entry);
        Errors unknown = Topics.check(topic, id, partition);
        if (unknown != Errors.NONE) {
            fail(entry, unknown, null);
            return;
        }
        if (Topics.isInternal(topic.name()) && !ADMIN_CLIENT_ID.equals(context.clientId())) {
            fail(entry, Errors.INVALID_TOPIC_EXCEPTION, "Cannot append to internal topic " + topic.name());
            return;
        }
        ByteBuf records = request.records(entry);
        if (records != null && records.readableBytes() >= BatchHeader.SIZE_BYTES && !admitsAttributes(entry, records)) {
            return;
        }
        Shard shard = node.shards().of(topic.id(), partition);
        AppendGroup group = groups[shard.index()];
        if (group == null) {
            group = new AppendGroup(request.acks(), deadlineMs, context.loop(), this::groupDone);
            groups[shard.index()] = group;
            groupsOut++;
        }
        PartitionAppend append = new PartitionAppend(topic.id(), partition, records);
        appends[entry] = append;
        group.add(append);
    }

    /** What the version of the request and the absence of transactions rule out; read from the batch header. */
    private boolean admitsAttributes(int entry, ByteBuf records) {
        short attributes = records.getShort(records.readerIndex() + ATTRIBUTES_AT);
        if (request.version() < FIRST_WITH_ZSTD && (attributes & CODEC_MASK) == ZSTD) {
            fail(
                    entry,
                    Errors.UNSUPPORTED_COMPRESSION_TYPE,
                    "Produce requests with version " + request.version()
                            + " are not allowed to use ZStandard compression");
            return false;
        }
        if ((attributes & TRANSACTIONAL_BIT) != 0) {
            fail(entry, Errors.INVALID_TXN_STATE, null);
            return false;
        }
        return true;
    }

    private void submit() {
        if (groupsOut == 0) {
            answer();
            return;
        }
        node.metrics().here().producesWaiting.add(1);
        for (int index = 0; index < groups.length; index++) {
            if (groups[index] != null) {
                node.shards().all().get(index).submit(groups[index]);
            }
        }
    }

    private void groupDone() {
        if (--groupsOut == 0) {
            node.metrics().here().producesWaiting.add(-1);
            try {
                collect();
                answer();
            } catch (Throwable failure) {
                // This is a task of the loop: nobody else would tell the client.
                context.failed(failure);
            }
        }
    }

    private void collect() {
        for (int entry = 0; entry < appends.length; entry++) {
            PartitionAppend append = appends[entry];
            if (append == null) {
                continue;
            }
            if (append.error() == Errors.NONE) {
                response.appended(entry, append.baseOffset(), append.logAppendTimeMs(), append.logStartOffset());
                continue;
            }
            fail(entry, append.error(), append.message(), append.recordErrors());
            response.logStartOffset(entry, append.logStartOffset());
            if (append.error() == Errors.NOT_LEADER_OR_FOLLOWER) {
                sendElsewhere(entry, append);
            }
        }
    }

    /**
     * Tells who leads now (KIP-951). A node that is cut off knows only itself, and would name itself again in the Metadata that the
     * client asks for next, which it likes to ask of the node that has least to do: so its connection is closed, and it asks
     * another one.
     */
    private void sendElsewhere(int entry, PartitionAppend append) {
        MetadataImage now = node.image();
        PartitionImage partition = now.partition(append.topicId(), append.partition());
        boolean leadsByImage =
                partition != null && partition.leader() == node.config().nodeId();
        if (leadsByImage && node.shards().isCutOff()) {
            context.closeAfterwards("this node is cut off from the controller, and others may lead what it did");
        } else if (partition != null && request.version() >= FIRST_WITH_LEADER_HINTS) {
            response.currentLeader(
                    entry,
                    partition.leader(),
                    partition.leaderEpoch(),
                    Topics.leaderEndpoint(now, partition, context.listenerName()));
        }
    }

    private void fail(int entry, Errors error, String message) {
        fail(entry, error, message, List.of());
    }

    private void fail(int entry, Errors error, String message, List<RecordError> faults) {
        context.error(error.code());
        response.failed(
                entry,
                error.code(),
                message,
                faults.isEmpty()
                        ? List.of()
                        : faults.stream()
                                .map(fault -> new io.millrace.protocol.produce.RecordError(
                                        fault.batchIndex(), fault.message()))
                                .toList());
    }

    private void answer() {
        if (request.acks() != 0) {
            context.respondEncoded(List.of(ProduceResponseEncoder.encode(
                    context.allocator(), context.correlationId(), request.version(), response)));
        } else if (response.anyFailed()) {
            context.close("a Produce with acks=0 failed");
        } else {
            context.respondNothing();
        }
    }
}
