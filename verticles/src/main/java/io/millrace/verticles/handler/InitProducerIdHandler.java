package io.millrace.verticles.handler;

import io.millrace.verticles.node.Node;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * InitProducerId: an id for an idempotent producer. Every call gives a new id with epoch 0, also to a producer that names
 * its old one, as Kafka does for producers without a transactional id.
 *
 * <p>Thread: the connection's event loop.
 */
public final class InitProducerIdHandler implements ApiHandler<InitProducerIdRequestData> {
    private static final short FIRST_EPOCH = 0;

    private final ProducerIds ids;

    public InitProducerIdHandler(Node node) {
        this.ids = new ProducerIds(node);
    }

    @Override
    public void handle(InitProducerIdRequestData request, RequestContext context) {
        if (request.transactionalId() != null) {
            // Transactions are not served: an error that no client takes for a reason to try again.
            Errors refusal = request.transactionalId().isEmpty() ? Errors.INVALID_REQUEST : Errors.UNSUPPORTED_VERSION;
            answer(refusal, -1, (short) -1, context);
            return;
        }
        ids.next().onComplete(done -> {
            if (done.succeeded()) {
                answer(Errors.NONE, done.result(), FIRST_EPOCH, context);
            } else {
                // Retriable for every client, whatever it was.
                answer(Errors.COORDINATOR_LOAD_IN_PROGRESS, -1, (short) -1, context);
            }
        });
    }

    private static void answer(Errors error, long producerId, short epoch, RequestContext context) {
        context.error(error.code());
        context.respond(new InitProducerIdResponseData()
                .setErrorCode(error.code())
                .setProducerId(producerId)
                .setProducerEpoch(epoch));
    }
}
