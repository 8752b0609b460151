package io.millrace.client.produce;

import io.millrace.client.link.Cluster;
import io.millrace.client.link.Leader;
import io.millrace.client.link.WakeUp;
import io.vertx.core.Vertx;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The requests that nodes have not answered yet. One that stays unanswered has another node asked who leads; if that has changed, its
 * batches go to the new leader at once.
 *
 * <p>Thread: the producer's context.
 */
final class SendingsUnderWay {
    private static final long LEAST_CHECK_MS = 10;

    private final Cluster cluster;
    private final long doubtMs;
    private final Runnable turn;
    private final Set<Sending> sendings = new LinkedHashSet<>();
    private final WakeUp doubt;

    /**
     * None yet.
     *
     * @param doubtMs after which a request is in doubt
     * @param turn called when batches may be sent elsewhere
     */
    SendingsUnderWay(Vertx vertx, Cluster cluster, long doubtMs, Runnable turn) {
        this.cluster = cluster;
        this.doubtMs = doubtMs;
        this.turn = turn;
        this.doubt = new WakeUp(vertx, this::lookForDoubtful);
    }

    void begin(Sending sending) {
        sendings.add(sending);
        doubt.within(doubtMs);
    }

    /** @param answered whether the node has said anything */
    void end(Sending sending, boolean answered) {
        sendings.remove(sending);
        if (answered) {
            cluster.trust(sending.brokerId());
        }
    }

    /** Requests that take long: does the node still lead what it was sent? */
    private void lookForDoubtful() {
        Set<String> topics = new LinkedHashSet<>();
        long limitNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(doubtMs);
        for (Sending sending : sendings) {
            if (sending.sentNanos() <= limitNanos) {
                cluster.doubt(sending.brokerId());
                sending.parts()
                        .forEach(part -> topics.add(part.queue().partition.topic()));
            }
        }
        if (!sendings.isEmpty()) {
            doubt.within(Math.max(LEAST_CHECK_MS, doubtMs / 2));
        }
        if (!topics.isEmpty()) {
            cluster.refresh(topics).onComplete(answer -> giveUpOnFormerLeaders());
        }
    }

    private void giveUpOnFormerLeaders() {
        for (Sending sending : sendings) {
            for (Sending.Part part : sending.parts()) {
                Leader leader = cluster.leader(part.queue().partition);
                if (part.isCurrent()
                        && leader.isKnown()
                        && (leader.brokerId() != sending.brokerId() || leader.epoch() > part.leaderEpoch())) {
                    part.queue().inFlight = false;
                    part.queue().backoffMs = 0;
                }
            }
        }
        turn.run();
    }

    void close() {
        doubt.cancel();
    }
}
