package io.millrace.client.produce;

import io.vertx.core.internal.ContextInternal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls what an application has attached to a record. What it throws is the application's: it goes to the context's exception handler, and
 * those who are told next, and the batch itself, do not suffer for it. (A future with a single listener lets its exception out of {@code
 * complete}.)
 *
 * <p>Thread: the producer's context.
 */
final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private Listeners() {}

    static void tell(Runnable settling) {
        try {
            settling.run();
        } catch (Throwable thrown) {
            ContextInternal context = ContextInternal.current();
            if (context == null) {
                LOG.error("a listener of a record has thrown", thrown);
            } else {
                context.reportException(thrown);
            }
        }
    }
}
