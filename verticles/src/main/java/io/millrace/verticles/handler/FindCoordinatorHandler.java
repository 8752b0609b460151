package io.millrace.verticles.handler;

import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.Listener;
import io.millrace.protocol.Errors;
import io.millrace.verticles.coordinator.OffsetsTopic;
import io.millrace.verticles.node.Node;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;

/**
 * FindCoordinator: the leader of the partition that keeps a group. The first one who asks has the topic made, and is
 * answered when it is there; if that takes long, with COORDINATOR_NOT_AVAILABLE, upon which every client asks again.
 *
 * <p>Transactions are not served: an error that no client takes for a reason to try again.
 *
 * <p>Thread: the connection's event loop.
 */
public final class FindCoordinatorHandler implements ApiHandler<FindCoordinatorRequestData> {
    private static final short FIRST_WITH_MANY_KEYS = 4;
    private static final byte GROUP = 0;
    private static final byte TRANSACTION = 1;
    private static final byte SHARE = 2;
    private static final short FIRST_WITH_SHARE = 6;
    private static final org.apache.kafka.common.Node NOBODY = org.apache.kafka.common.Node.noNode();

    /** Longer than making a topic takes; clients ask again anyway. */
    private static final int CREATION_WAIT_MS = 5_000;

    private final Node node;

    public FindCoordinatorHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(FindCoordinatorRequestData request, RequestContext context) {
        Errors refusal = refusal(request.keyType(), context.version());
        if (refusal != Errors.NONE) {
            answer(request, refusal, context);
            return;
        }
        ready(context).onComplete(done -> answer(request, Errors.NONE, context));
    }

    private static Errors refusal(byte keyType, short version) {
        if (keyType == GROUP) {
            return Errors.NONE;
        }
        boolean known = keyType == TRANSACTION || keyType == SHARE && version >= FIRST_WITH_SHARE;
        return known ? Errors.UNSUPPORTED_VERSION : Errors.INVALID_REQUEST;
    }

    /** Completes when the topic is there, or was waited for long enough. */
    private Future<Void> ready(RequestContext context) {
        Future<Void> topic = node.offsetsTopic().ensure();
        if (topic.isComplete()) {
            return topic;
        }
        Promise<Void> waited = Promise.promise();
        ScheduledFuture<?> timeout =
                context.loop().schedule(() -> waited.tryComplete(), CREATION_WAIT_MS, TimeUnit.MILLISECONDS);
        topic.onComplete(done -> {
            timeout.cancel(false);
            waited.tryComplete();
        });
        return waited.future();
    }

    private void answer(FindCoordinatorRequestData request, Errors refusal, RequestContext context) {
        FindCoordinatorResponseData response = new FindCoordinatorResponseData();
        MetadataImage image = node.image();
        if (context.version() >= FIRST_WITH_MANY_KEYS) {
            List<String> keys = request.coordinatorKeys();
            keys.forEach(key -> {
                Coordinator coordinator = find(image, key, refusal, context);
                context.error(coordinator.errorCode());
                response.coordinators().add(coordinator);
            });
        } else {
            Coordinator coordinator = find(image, request.key(), refusal, context);
            context.error(coordinator.errorCode());
            response.setErrorCode(coordinator.errorCode())
                    .setErrorMessage(
                            context.version() >= 1
                                    ? Errors.forCode(coordinator.errorCode()).message()
                                    : null)
                    .setNodeId(coordinator.nodeId())
                    .setHost(coordinator.host())
                    .setPort(coordinator.port());
        }
        context.respond(response);
    }

    /**
     * A node that is cut off would name itself, send the client away, and be asked again who it is: its connection is closed, and
     * the client asks another one.
     */
    private Coordinator find(MetadataImage image, String key, Errors refusal, RequestContext context) {
        if (refusal != Errors.NONE) {
            return nobody(key, refusal);
        }
        TopicImage topic = image.topic(OffsetsTopic.NAME);
        if (topic == null) {
            return nobody(key, Errors.COORDINATOR_NOT_AVAILABLE);
        }
        PartitionImage partition = topic.partition(OffsetsTopic.partitionOf(key, topic.partitionCount()));
        BrokerImage leader = partition.hasLeader() ? image.broker(partition.leader()) : null;
        Listener listener = leader == null || leader.fenced() ? null : leader.listener(context.listenerName());
        if (leader != null && leader.id() == node.brokerId() && node.shards().isCutOff()) {
            context.closeAfterwards("this node is cut off from the controller, and others may coordinate what it did");
            listener = null;
        }
        if (listener == null) {
            return nobody(key, Errors.COORDINATOR_NOT_AVAILABLE);
        }
        return new Coordinator()
                .setKey(key)
                .setNodeId(leader.id())
                .setHost(listener.host())
                .setPort(listener.port());
    }

    private static Coordinator nobody(String key, Errors error) {
        return new Coordinator()
                .setKey(key)
                .setErrorCode(error.code())
                .setErrorMessage(error.message())
                .setNodeId(NOBODY.id())
                .setHost(NOBODY.host())
                .setPort(NOBODY.port());
    }
}
