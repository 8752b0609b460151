package io.millrace.verticles.handler;

import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.protocol.fetch.FetchRequest;
import io.millrace.protocol.fetch.FetchResponse;
import io.millrace.protocol.fetch.FetchResponseEncoder;
import io.millrace.protocol.fetch.FetchResponseSink;
import io.millrace.protocol.fetch.RecordsPart;
import io.millrace.verticles.node.Node;
import io.millrace.verticles.shard.PartitionFetch;
import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Fetch: finds out what the client wants, from the request or from its session, and starts the reading.
 *
 * <p>Thread: the connection's event loop.
 */
public final class FetchHandler implements ApiHandler<FetchRequest> {
    private static final short FIRST_WITH_TOPIC_IDS = 13;
    private static final int NO_SESSION = 0;
    private static final int OPENING_EPOCH = 0;
    private static final int FINAL_EPOCH = -1;

    private final Node node;
    private final FetchSessions sessions;
    private final int mostBytes;

    /**
     * Creates the handler.
     *
     * @param sessionSlots {@code max.incremental.fetch.session.cache.slots}
     */
    public FetchHandler(Node node, int sessionSlots) {
        this.node = node;
        this.sessions = new FetchSessions(sessionSlots);
        // Only the node's file can set it.
        this.mostBytes = node.configs().brokerInt(MetadataImage.EMPTY, "fetch.max.bytes");
        node.metrics()
                .gauge(
                        "kafka_server_fetchsessioncache_numincrementalfetchsessions",
                        "Fetch sessions open",
                        sessions::count);
        node.metrics()
                .gauge(
                        "kafka_server_fetchsessioncache_numincrementalfetchpartitionscached",
                        "Partitions of all fetch sessions",
                        sessions::partitionCount);
    }

    @Override
    public void handle(FetchRequest request, RequestContext context) {
        boolean byId = request.version() >= FIRST_WITH_TOPIC_IDS;
        FetchSession session = null;
        boolean incremental = false;
        if (request.sessionEpoch() == OPENING_EPOCH || request.sessionEpoch() == FINAL_EPOCH) {
            if (request.sessionId() != NO_SESSION) {
                sessions.close(request.sessionId());
            }
            if (request.sessionEpoch() == OPENING_EPOCH) {
                session = sessions.open(request, byId, System.nanoTime());
            }
        } else {
            FetchSessions.Found found = sessions.find(request, byId, System.nanoTime());
            if (found.session() == null) {
                refuse(found.error(), context);
                return;
            }
            session = found.session();
            incremental = true;
            if (session.isEmpty()) {
                sessions.close(session.id());
            }
        }
        List<FetchTarget> targets = session != null ? targets(session) : targets(request);
        int bytes = Math.min(mostBytes, context.maxResponseBytes());
        new FetchOperation(node, request, context, session, incremental, targets, bytes).start();
    }

    private void refuse(Errors error, RequestContext context) {
        context.error(error.code());
        send(context, new FetchResponse(error.code(), NO_SESSION));
    }

    private List<FetchTarget> targets(FetchSession session) {
        MetadataImage image = node.image();
        List<FetchTarget> targets = new ArrayList<>(session.size());
        for (FetchSession.Entry entry : session.entries()) {
            targets.add(target(image, entry.key.name(), entry.key.id(), entry.wanted, entry));
        }
        return targets;
    }

    private List<FetchTarget> targets(FetchRequest request) {
        MetadataImage image = node.image();
        List<FetchTarget> targets = new ArrayList<>();
        for (FetchRequest.Topic topic : request.topics()) {
            for (FetchRequest.Partition partition : topic.partitions()) {
                targets.add(target(image, topic.name(), topic.id(), partition, null));
            }
        }
        return targets;
    }

    private static FetchTarget target(
            MetadataImage image, String name, UUID id, FetchRequest.Partition wanted, FetchSession.Entry entry) {
        TopicImage topic = Topics.find(image, name, id);
        Errors refusal = Topics.check(topic, id, wanted.partition());
        PartitionFetch read = refusal != Errors.NONE
                ? null
                : new PartitionFetch(
                        topic.id(),
                        wanted.partition(),
                        wanted.fetchOffset(),
                        wanted.maxBytes(),
                        wanted.currentLeaderEpoch(),
                        wanted.lastFetchedEpoch());
        return new FetchTarget(topic == null ? name : topic.name(), id, wanted.partition(), refusal, read, entry);
    }

    /** Encodes an answer around its records and sends it; the records are given back when that is not possible. */
    static void send(RequestContext context, FetchResponse response) {
        Frame frame = new Frame();
        try {
            FetchResponseEncoder.encode(
                    context.allocator(), context.correlationId(), context.version(), response, frame);
        } catch (Throwable notEncoded) {
            // No memory for it, above all: who asked must not wait, and its records must not be held.
            frame.release(response);
            context.failed(notEncoded);
            return;
        }
        context.respondEncoded(frame.parts);
    }

    /** Gives back the records of an answer that is not sent. */
    static void release(FetchResponse response) {
        new Frame().release(response);
    }

    /** The parts of an answer. Thread: the connection's event loop. */
    private static final class Frame implements FetchResponseSink {
        private final List<Object> parts = new ArrayList<>();
        private int taken;

        @Override
        public void header(ByteBuf bytes) {
            parts.add(bytes);
        }

        @Override
        public void records(RecordsPart part) {
            parts.add(((FetchPart) part).toNetty());
            taken++;
        }

        void release(FetchResponse response) {
            parts.forEach(ReferenceCountUtil::release);
            response.topics().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .flatMap(partition -> partition.records().stream())
                    .skip(taken)
                    .forEach(part -> ((FetchPart) part).release());
        }
    }
}
