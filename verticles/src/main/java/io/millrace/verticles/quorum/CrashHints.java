package io.millrace.verticles.quorum;

import io.millrace.verticles.cluster.BusDirectory;
import io.millrace.verticles.cluster.BusNodeId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns hints that a node may have died (its connection was closed or refused, Hazelcast lost the member) into certainty: the
 * node is probed, once at a time, and what came of it is told. A hint alone decides nothing; those that prove wrong are
 * counted.
 *
 * <p>Thread: the context that made it; {@link #suspect} and {@link #dropped} from any.
 */
public final class CrashHints {
    private static final Logger log = LoggerFactory.getLogger(CrashHints.class);

    /** The process that dies may have closed its connections and not yet its listening socket: it is asked again so much later. */
    private static final long AGAIN_MS = 250;

    /** Longer than a session by default: by then its end is certain without a probe. */
    private static final int MOST_AGAIN = 8;

    /** Acts on what a probe has found. Called on the context. */
    public interface Verdict {
        /**
         * A broker was probed.
         *
         * @param sameLife whether the life that this node knew when the hint came has answered
         */
        void probed(int brokerId, ProbeOutcome found, boolean sameLife);
    }

    private final Vertx vertx;
    private final Context context;
    private final NetClient client;
    private final BusDirectory directory;
    private final int self;
    private final Verdict verdict;
    private final Prober prober;
    private final PeerWatch watch;
    private final Set<Integer> probing = new HashSet<>();
    private volatile long dropped;

    /** @param timeoutMs a node that does not answer within this time is silent */
    public CrashHints(Vertx vertx, BusDirectory directory, int self, int timeoutMs, Verdict verdict) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.directory = directory;
        this.self = self;
        this.verdict = verdict;
        this.client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(timeoutMs));
        this.prober = new Prober(vertx, client, directory, timeoutMs);
        this.watch = new PeerWatch(vertx, client, directory, self, id -> suspect(id, "its connection was lost"));
    }

    /** Answers others' probes and watches over them from now on. */
    public Future<Void> start(UUID incarnation) {
        return prober.answerAs(self, incarnation).onSuccess(answering -> watch.start());
    }

    /** Something speaks for it that a broker has died. */
    public void suspect(int brokerId, String why) {
        context.runOnContext(hint -> probe(brokerId, why));
    }

    /** Whoever cannot be reached is probed (again): somebody has a new reason to know. */
    public void suspectUnreachable() {
        context.runOnContext(hint -> watch.unreachable().forEach(id -> probe(id, "it cannot be reached")));
    }

    private void probe(int brokerId, String why) {
        probe(brokerId, why, 0);
    }

    private void probe(int brokerId, String why, int again) {
        if (brokerId == self || !probing.add(brokerId)) {
            return;
        }
        Optional<UUID> known = directory
                .find(brokerId)
                .map(BusNodeId::incarnation)
                .filter(incarnation -> !incarnation.equals(BusNodeId.UNKNOWN_INCARNATION));
        prober.probe(brokerId).onSuccess(found -> {
            Optional<UUID> answered = found.answered();
            probing.remove(brokerId);
            boolean sameLife = answered.isPresent() && (known.isEmpty() || known.equals(answered));
            if (sameLife) {
                dropped++;
                log.debug("broker {} was suspected because {}, but lives", brokerId, why);
            } else if (again == 0 || !found.silent()) {
                log.info(
                        "broker {}: {}, and {}",
                        brokerId,
                        why,
                        found.silent()
                                ? "it does not answer"
                                : answered.isPresent() ? "another life of it answers" : "nobody listens there");
            }
            if (again == 0 || !found.silent()) {
                verdict.probed(brokerId, found, sameLife);
            }
            if (found.silent() && again < MOST_AGAIN) {
                vertx.setTimer(AGAIN_MS, later -> probe(brokerId, why, again + 1));
            }
        });
    }

    /** Which level of the metadata the broker can follow; fails when it does not say so. Called on the context. */
    public Future<Short> metadataLevel(int brokerId) {
        return prober.metadataLevel(brokerId);
    }

    /** Hints that proved wrong. */
    public long dropped() {
        return dropped;
    }

    public Future<Void> close() {
        watch.close();
        return prober.close().eventually(client::close);
    }
}
