package io.millrace.membership.controller;

import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.record.PartitionChangeRecord;
import io.millrace.membership.record.PartitionRecord;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.IntPredicate;

/**
 * Works out what becomes of one partition when it gets another ISR: who stays eligible to lead, and who leads.
 *
 * <p>Election order (KIP-966): in-sync replicas in the order of the assignment; if there is none, the eligible ones
 * (they left while the ISR was under its minimum, so nothing can have been acknowledged without them); if there is none
 * either, the last known leader; last, and only if the topic allows it, any replica. After one of the latter two the
 * ISR is the new leader alone and its state is RECOVERING.
 *
 * <p>"Under its minimum" means below min(min.insync.replicas, number of replicas).
 *
 * <p>Thread: the controller's; one per change.
 */
final class PartitionTransition {
    private static final int NO_LEADER = PartitionImage.NO_LEADER;
    private static final int[] NONE = {};

    private final PartitionImage before;
    private final int minInsync;
    private final boolean uncleanAllowed;
    private final IntPredicate mayLead;

    private int[] isr;
    private int[] elr;
    private int[] lastKnownLeader;
    private int leader;
    private byte recoveryState;

    private PartitionTransition(PartitionImage before, TopicRules rules, IntPredicate mayLead) {
        this.before = before;
        this.minInsync = Math.min(rules.minInsync(), before.replicas().length);
        this.uncleanAllowed = rules.uncleanAllowed();
        this.mayLead = mayLead;
    }

    /** What the topic's configs say about leaders. */
    record TopicRules(int minInsync, boolean uncleanAllowed) {}

    /**
     * The record that takes the partition there, or null when nothing changes.
     *
     * @param isr members that stay or come; all of them may lead
     * @param lost replicas whose data may be gone, which are no longer eligible
     */
    static PartitionChangeRecord of(
            UUID topicId,
            PartitionImage before,
            int[] isr,
            byte recoveryState,
            TopicRules rules,
            IntPredicate mayLead,
            IntPredicate lost) {
        PartitionTransition transition = new PartitionTransition(before, rules, mayLead);
        transition.isr = isr;
        transition.recoveryState = recoveryState;
        transition.lastKnownLeader = before.lastKnownElr();
        transition.elr = transition.eligible(lost);
        transition.elect();
        return transition.toRecord(topicId);
    }

    /** The record that changes nothing but the partition epoch. */
    static PartitionChangeRecord sameAgain(UUID topicId, PartitionImage before) {
        return new PartitionChangeRecord(
                topicId,
                before.partition(),
                before.leader(),
                before.leaderEpoch(),
                before.partitionEpoch() + 1,
                null,
                null,
                null,
                PartitionChangeRecord.SAME_RECOVERY_STATE,
                null,
                null,
                null,
                null);
    }

    private int[] eligible(IntPredicate lost) {
        if (isr.length >= minInsync) {
            return NONE;
        }
        int[] eligible = new int[before.replicas().length];
        int count = 0;
        for (int replica : before.replicas()) {
            boolean was = contains(before.elr(), replica) || contains(before.isr(), replica);
            if (was && !contains(isr, replica) && !lost.test(replica)) {
                eligible[count++] = replica;
            }
        }
        return count == 0 ? NONE : Arrays.copyOf(eligible, count);
    }

    private void elect() {
        leader = before.leader();
        if (leader != NO_LEADER && contains(isr, leader) && mayLead.test(leader)) {
            lastKnownLeader = NONE;
            return;
        }
        leader = firstReplica(isr);
        if (leader == NO_LEADER && isr.length == 0) {
            leader = firstReplica(elr);
            if (leader != NO_LEADER) {
                becomesSole();
            } else if (elr.length == 0 && lastKnownLeader.length == 1 && mayLead.test(lastKnownLeader[0])) {
                leader = lastKnownLeader[0];
                becomesSoleUncleanly();
            }
        }
        if (leader == NO_LEADER && uncleanAllowed) {
            leader = firstReplica(before.replicas());
            if (leader != NO_LEADER) {
                becomesSoleUncleanly();
            }
        }
        if (leader != NO_LEADER) {
            lastKnownLeader = NONE;
        } else if (before.hasLeader()) {
            lastKnownLeader = new int[] {before.leader()};
        }
    }

    private int firstReplica(int[] among) {
        for (int replica : before.replicas()) {
            if (contains(among, replica) && mayLead.test(replica)) {
                return replica;
            }
        }
        return NO_LEADER;
    }

    private void becomesSole() {
        isr = new int[] {leader};
        elr = isr.length >= minInsync ? NONE : without(elr, leader);
    }

    private void becomesSoleUncleanly() {
        isr = new int[] {leader};
        elr = NONE;
        recoveryState = PartitionRecord.RECOVERING;
    }

    private PartitionChangeRecord toRecord(UUID topicId) {
        boolean sameIsr = Arrays.equals(isr, before.isr());
        boolean sameElr = Arrays.equals(elr, before.elr());
        boolean sameLast = Arrays.equals(lastKnownLeader, before.lastKnownElr());
        boolean sameState = recoveryState == before.recoveryState();
        if (sameIsr && sameElr && sameLast && sameState && leader == before.leader()) {
            return null;
        }
        return new PartitionChangeRecord(
                topicId,
                before.partition(),
                leader,
                leader == before.leader() ? before.leaderEpoch() : before.leaderEpoch() + 1,
                before.partitionEpoch() + 1,
                sameIsr ? null : isr,
                sameElr ? null : elr,
                sameLast ? null : lastKnownLeader,
                sameState ? PartitionChangeRecord.SAME_RECOVERY_STATE : recoveryState,
                null,
                null,
                null,
                null);
    }

    static int[] without(int[] values, int unwanted) {
        int[] rest = new int[values.length];
        int count = 0;
        for (int value : values) {
            if (value != unwanted) {
                rest[count++] = value;
            }
        }
        return count == 0 ? NONE : Arrays.copyOf(rest, count);
    }

    static boolean contains(int[] values, int wanted) {
        for (int value : values) {
            if (value == wanted) {
                return true;
            }
        }
        return false;
    }
}
