package io.millrace.verticles.controller;

import io.millrace.membership.QuorumDescription;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Until when this broker leads for sure what its metadata says that it leads.
 *
 * <p>A controller gives the leaderships of a broker that does not answer to others when it has not heard of it for a session;
 * one that has just been elected grants a full session first. So an answer to a heartbeat is a lease: from when the heartbeat
 * was <em>sent</em> nobody else leads for a session, provided that this broker has applied what was decided before. Whoever
 * holds the lease compares it with the clock when it answers, so that a process that stood still knows at once.
 *
 * <p>Where the controller is this very node, nobody else has been elected while a majority of the voters fetched from it. What
 * was fetched may have been asked for long ago (by then a socket had it, or this process stood still), so a contact counts an
 * interval between heartbeats later, when whoever was elected meanwhile has had time to say so.
 *
 * <p>Thread: the metadata's owner.
 */
public final class LeadershipLease {
    /** Earlier than any time of the clock. */
    static final long NEVER = Long.MIN_VALUE;
    /** Later than any. */
    static final long FOR_EVER = Long.MAX_VALUE;

    private static final Logger log = LoggerFactory.getLogger(LeadershipLease.class);

    /**
     * Who acts on it.
     *
     * @param leadsUntil told until when on the clock, as soon as everybody here follows the metadata as far as that needs
     * @param cutOff told when no controller has been heard for a session, and when the lease is there again: by then others
     *     may lead what this broker believes to lead, and clients that wait here wait for nothing
     *     <p>Thread: immutable.
     */
    public record Holder(LongConsumer leadsUntil, Consumer<Boolean> cutOff) {}

    private final long sessionMs;
    private final long heartbeatMs;
    private final LongSupplier clockMs;
    private final Supplier<Optional<QuorumDescription>> quorum;
    private final MetadataPublisher metadata;
    private final Holder holder;
    private long untilMs = NEVER;
    private boolean cutOff;
    /** What the newest lease will be when the metadata has followed, or {@link #NEVER}. */
    private long nextUntilMs = NEVER;

    private Runnable takeBack = () -> {};
    /** When a majority was in touch, as it was known at a beat that does not count yet. */
    private OptionalLong contactMs = OptionalLong.empty();

    private long contactNotedMs;

    /**
     * None yet.
     *
     * @param sessionMs that of the controller, whichever node it is
     * @param heartbeatMs how long whoever was elected meanwhile has to say so, where the controller is this node: beats also come
     *     at once after each other
     * @param clockMs monotonic, and the holder's
     * @param quorum what this node knows of its voters while it leads them
     */
    public LeadershipLease(
            long sessionMs,
            long heartbeatMs,
            LongSupplier clockMs,
            Supplier<Optional<QuorumDescription>> quorum,
            MetadataPublisher metadata,
            Holder holder) {
        this.sessionMs = sessionMs;
        this.heartbeatMs = heartbeatMs;
        this.clockMs = clockMs;
        this.quorum = quorum;
        this.metadata = metadata;
        this.holder = holder;
    }

    /**
     * A heartbeat goes out.
     *
     * @return from when on its answer is a lease; empty when it will be none
     */
    OptionalLong sent(boolean controllerIsHere) {
        if (!controllerIsHere) {
            contactMs = OptionalLong.empty();
            return OptionalLong.of(clockMs.getAsLong());
        }
        long nowMs = clockMs.getAsLong();
        if (contactMs.isPresent() && nowMs - contactNotedMs < heartbeatMs) {
            return OptionalLong.empty();
        }
        OptionalLong aBeatAgo = contactMs;
        contactMs = majorityContactMs(nowMs);
        contactNotedMs = nowMs;
        return aBeatAgo;
    }

    private OptionalLong majorityContactMs(long nowMs) {
        long since = quorum.get().map(QuorumDescription::sinceMajorityMs).orElse(QuorumDescription.NEVER);
        return since == QuorumDescription.NEVER ? OptionalLong.empty() : OptionalLong.of(nowMs - since);
    }

    /**
     * It was answered: this broker is in good standing.
     *
     * @param from what {@link #sent} gave
     * @param decidedUpTo where the metadata has what was decided about this broker before
     */
    void answered(OptionalLong from, long decidedUpTo) {
        if (from.isEmpty() || nextUntilMs > clockMs.getAsLong()) {
            // A newer answer waits for more of the metadata: where that is always a little
            // late, there would never be a lease.
            return;
        }
        takeBack.run();
        nextUntilMs = from.getAsLong() + sessionMs;
        takeBack = metadata.whenReached(decidedUpTo, this::followed);
    }

    private void followed() {
        takeBack = () -> {};
        lease(Math.max(untilMs, nextUntilMs));
        nextUntilMs = NEVER;
    }

    private void lease(long newUntilMs) {
        untilMs = newUntilMs;
        holder.leadsUntil().accept(untilMs);
        if (cutOff && untilMs > clockMs.getAsLong()) {
            cutOff = false;
            log.info("a controller is heard again, and all that it has decided is known");
            holder.cutOff().accept(false);
        }
    }

    /** The controller is here and knows of no other broker: there is nobody who could lead instead. */
    void alone() {
        if (untilMs != FOR_EVER) {
            lease(FOR_EVER);
        }
    }

    /** There are others, or the controller is not here: from now on the lease must be kept. */
    void shared() {
        if (untilMs == FOR_EVER) {
            lease(clockMs.getAsLong() + sessionMs);
        }
    }

    /** A controller was heard, and says that this broker leads nothing. */
    void withdraw() {
        takeBack.run();
        takeBack = () -> {};
        nextUntilMs = NEVER;
        lease(NEVER);
    }

    /** Looks whether it is over; those who wait are told so once. */
    void look() {
        long nowMs = clockMs.getAsLong();
        if (!cutOff && untilMs != NEVER && nowMs >= untilMs) {
            cutOff = true;
            log.warn(
                    "no controller has been heard for a session: what this broker leads is led by others, or soon will be");
            holder.cutOff().accept(true);
        }
    }
}
