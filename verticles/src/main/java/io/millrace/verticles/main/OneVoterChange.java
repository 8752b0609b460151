package io.millrace.verticles.main;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.DuplicateVoterException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.VoterNotFoundException;

/**
 * One change of voters, asked for until it is known whether it is done. An answer that is lost leaves that open, and the same
 * request again is then refused for being done already; so after every failure the voters are looked at, and what they are
 * counts when it is committed.
 *
 * <p>Thread: the main thread; waits between two attempts.
 */
final class OneVoterChange {
    /** A change may have to wait for a new leader's first commit, or for the node to catch up. */
    static final int ATTEMPTS = 20;

    private static final long BETWEEN_MS = 500;
    private static final int NO_EPOCH = -1;

    /** The cluster, as one who changes its voters meets it. */
    interface Cluster {
        /** Asks for the change; returns when it is done. */
        void change() throws ExecutionException, InterruptedException, java.util.concurrent.TimeoutException;

        Seen look() throws ExecutionException, InterruptedException, java.util.concurrent.TimeoutException;
    }

    /**
     * What the quorum's leader says.
     *
     * @param votes the directory of the node in question that votes by the leader's log, committed or not
     */
    record Seen(long epoch, Optional<Uuid> votes, long logEnd, long highWatermark) {}

    private final Cluster cluster;
    private final Predicate<Optional<Uuid>> goal;
    private final long betweenMs;
    /** Where the log ended when the goal was first seen in this epoch: what is below that is committed soon, or never. */
    private long seenInEpoch = NO_EPOCH;

    private long seenBelow;

    /** @param goal what the directory that votes has to be */
    OneVoterChange(Cluster cluster, Predicate<Optional<Uuid>> goal) {
        this(cluster, goal, BETWEEN_MS);
    }

    OneVoterChange(Cluster cluster, Predicate<Optional<Uuid>> goal, long betweenMs) {
        this.cluster = cluster;
        this.goal = goal;
        this.betweenMs = betweenMs;
    }

    /** Returns when the change is committed; else fails with the last answer, and the voters are what they were or will be. */
    void untilDone() throws ExecutionException, InterruptedException, java.util.concurrent.TimeoutException {
        for (int attempt = 1; ; attempt++) {
            try {
                cluster.change();
                return;
            } catch (ExecutionException | java.util.concurrent.TimeoutException failure) {
                if (isDone()) {
                    return;
                }
                if (!mayBeAskedAgain(failure, attempt > 1) || attempt == ATTEMPTS) {
                    throw failure;
                }
            }
            TimeUnit.MILLISECONDS.sleep(betweenMs);
        }
    }

    /** Only to who was not answered before can "it is so already" mean its own request. */
    private static boolean mayBeAskedAgain(Exception failure, boolean again) {
        Throwable cause = failure.getCause();
        boolean isSoAlready = cause instanceof DuplicateVoterException || cause instanceof VoterNotFoundException;
        return !(failure instanceof ExecutionException) || cause instanceof RetriableException || again && isSoAlready;
    }

    private boolean isDone() throws InterruptedException {
        try {
            Seen seen = cluster.look();
            if (!goal.test(seen.votes())) {
                seenInEpoch = NO_EPOCH;
                return false;
            }
            if (seen.epoch() != seenInEpoch) {
                seenInEpoch = seen.epoch();
                seenBelow = seen.logEnd();
            }
            return seen.highWatermark() >= seenBelow;
        } catch (ExecutionException | java.util.concurrent.TimeoutException notNow) {
            return false;
        }
    }
}
