package io.millrace.verticles.handler;

import io.millrace.protocol.Errors;
import io.millrace.verticles.node.Node;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;

/**
 * InitProducerId: an id for an idempotent producer. Every call gives a new id with epoch 0, also to a producer that names
 * its old one, as Kafka does for producers without a transactional id.
 *
 * <p>Thread: the connection's event loop.
 */
public final class InitProducerIdHandler implements ApiHandler<InitProducerIdRequestData> {
    private static final short FIRST_EPOCH = 0;
    private static final long NO_ID = -1;
    private static final short NO_EPOCH = -1;

    private final ProducerIds ids;

    public InitProducerIdHandler(Node node) {
        this.ids = new ProducerIds(node);
    }

    @Override
    public void handle(InitProducerIdRequestData request, RequestContext context) {
        if (request.transactionalId() != null) {
            // Transactions are not served: an error that no client takes for a reason to try again.
            Errors refusal = request.transactionalId().isEmpty() ? Errors.INVALID_REQUEST : Errors.UNSUPPORTED_VERSION;
            answer(refusal, NO_ID, NO_EPOCH, context);
            return;
        }
        if ((request.producerId() == NO_ID) != (request.producerEpoch() == NO_EPOCH)) {
            answer(Errors.INVALID_REQUEST, NO_ID, NO_EPOCH, context);
            return;
        }
        ids.next().onComplete(done -> {
            if (done.succeeded()) {
                answer(Errors.NONE, done.result(), FIRST_EPOCH, context);
            } else {
                // Retriable for every client, whatever it was.
                answer(Errors.COORDINATOR_LOAD_IN_PROGRESS, NO_ID, NO_EPOCH, context);
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
