package io.millrace.client.group;

import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.link.Cluster;
import io.millrace.client.link.WireReader;
import io.millrace.client.link.WireWriter;
import io.millrace.client.message.FindCoordinator;
import io.vertx.core.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * The node that keeps the group: found when needed, forgotten when it does not answer or says that it is another one.
 *
 * <p>Thread: the consumer's context.
 */
final class Coordinator {
    private static final int UNKNOWN = -1;
    private static final long FIND_TIMEOUT_MS = 2_000;

    private final Cluster cluster;
    private final String group;
    private int brokerId = UNKNOWN;

    Coordinator(Cluster cluster, String group) {
        this.cluster = cluster;
        this.group = group;
    }

    /**
     * Asks the coordinator; fails with a {@link LogException} for an error in the answer too.
     *
     * @param error finds the error code of an answer
     */
    <T> Future<T> ask(
            short api,
            short version,
            int bytes,
            long timeoutMs,
            Consumer<WireWriter> body,
            Function<WireReader, T> reader,
            ToIntFunction<T> error) {
        return find().compose(node -> cluster.control(node)
                .callWhole(api, version, bytes, timeoutMs, body)
                .map(reader)
                .compose(answer -> {
                    LogError wrong = LogError.ofCode(error.applyAsInt(answer));
                    return wrong == null
                            ? Future.succeededFuture(answer)
                            : Future.<T>failedFuture(new LogException(wrong, "group " + group));
                })
                .onFailure(failure -> {
                    LogError why = LogException.of(failure).error();
                    if (why == LogError.NOT_COORDINATOR
                            || why == LogError.COORDINATOR_NOT_AVAILABLE
                            || why == LogError.NODE_UNREACHABLE
                            || why == LogError.TIMED_OUT) {
                        brokerId = UNKNOWN;
                    }
                }));
    }

    private Future<Integer> find() {
        if (brokerId != UNKNOWN) {
            return Future.succeededFuture(brokerId);
        }
        return cluster.askAnybody(
                        FindCoordinator.API,
                        FindCoordinator.VERSION,
                        group.length() + 16,
                        FIND_TIMEOUT_MS,
                        out -> FindCoordinator.write(out, group))
                .map(FindCoordinator::read)
                .compose(answer -> {
                    LogError wrong = LogError.ofCode(answer.error());
                    if (wrong != null) {
                        return Future.failedFuture(new LogException(wrong, "group " + group));
                    }
                    brokerId = answer.brokerId();
                    return Future.succeededFuture(brokerId);
                });
    }
}
