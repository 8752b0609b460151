package io.millrace.membership.controller;

import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.record.PartitionChangeRecord;
import io.millrace.membership.record.PartitionRecord;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.IntPredicate;

/**
 * Works out what becomes of one partition when its ISR, its replicas or the wish who should lead change: whether a
 * reassignment is complete, who stays eligible to lead, and who leads.
 *
 * <p>Election order (KIP-966): in-sync replicas in the order of the assignment; if there is none, the eligible ones
 * (they left while the ISR was under its minimum, so nothing can have been acknowledged without them); if there is none
 * either, the last known leader, unless its disk is gone and others have one (KAFKA: there it leads all the same, and the others
 * delete what they have); last, and only if the topic allows it, any replica. After one of the latter two the
 * ISR is the new leader alone and its state is RECOVERING.
 *
 * <p>"Under its minimum" means below min(min.insync.replicas, number of replicas).
 *
 * <p>A reassignment (KIP-455) is complete when all replicas that it adds are in sync, and of those that stay as many as the
 * minimum; the ones that it removes then go, and the leader epoch rises even if the leader stays, so that they cannot count as
 * followers any more. KAFKA: there one in sync that stays is enough. Who is removed has what was acknowledged and will delete
 * it, and is eligible for nothing then: the loss of the one that stays, which may have happened and not be known yet, would
 * lose it although fewer replicas than the minimum have failed.
 *
 * <p>Thread: the controller's; one per change.
 */
final class PartitionTransition {
    private static final int NO_LEADER = PartitionImage.NO_LEADER;
    private static final int[] NONE = {};
    private static final UUID[] NOWHERE = {};

    private final PartitionImage before;
    private final TopicRules rules;
    private final IntPredicate mayLead;

    private int[] replicas;
    private int[] adding;
    private int[] removing;
    private int[] isr;
    private int[] elr;
    private int[] lastKnownLeader;
    private int leader;
    private byte recoveryState;
    private boolean uncleanAllowed;
    private boolean preferFirst;
    private boolean newEpoch;
    private IntPredicate lost = broker -> false;
    private IntPredicate emptied = broker -> false;
    /** Of which replica something else is said; {@link #NO_LEADER} for none. */
    private int directoryAt = NO_LEADER;

    private UUID directory;

    private PartitionTransition(PartitionImage before, TopicRules rules, IntPredicate mayLead) {
        this.before = before;
        this.rules = rules;
        this.mayLead = mayLead;
        replicas = before.replicas();
        adding = before.adding();
        removing = before.removing();
        isr = before.isr();
        lastKnownLeader = before.lastKnownElr();
        recoveryState = before.recoveryState();
        uncleanAllowed = rules.uncleanAllowed();
    }

    /** What the topic's configs say about leaders. */
    record TopicRules(int minInsync, boolean uncleanAllowed) {}

    static PartitionTransition from(PartitionImage before, TopicRules rules, IntPredicate mayLead) {
        return new PartitionTransition(before, rules, mayLead);
    }

    /** Members that stay or come; all of them may lead. */
    PartitionTransition isr(int... members) {
        isr = members;
        return this;
    }

    PartitionTransition recoveryState(byte state) {
        recoveryState = state;
        return this;
    }

    /** Replicas whose data may be gone, which are no longer eligible. */
    PartitionTransition lost(IntPredicate dataMayBeGone) {
        lost = dataMayBeGone;
        return this;
    }

    /** Replicas whose disk is gone: not even as the last known leader. */
    PartitionTransition emptied(IntPredicate diskIsGone) {
        emptied = diskIsGone;
        return lost(diskIsGone);
    }

    /** The broker keeps its replica there now. */
    PartitionTransition directory(int broker, UUID where) {
        directoryAt = broker;
        directory = where;
        return this;
    }

    /** Other replicas: {@code all} of them, of which some are on their way in and some on their way out. */
    PartitionTransition assignment(int[] all, int[] coming, int[] going) {
        replicas = all;
        adding = coming;
        removing = going;
        return this;
    }

    /** Somebody asked for an unclean election. */
    PartitionTransition uncleanly() {
        uncleanAllowed = true;
        return this;
    }

    /** The first replica is to lead, if it is in sync. */
    PartitionTransition preferFirst() {
        preferFirst = true;
        return this;
    }

    /** Whoever leads, does so in a new epoch: what it knows of its followers it learns anew. */
    PartitionTransition inANewEpoch() {
        newEpoch = true;
        return this;
    }

    /** The record that takes the partition there, or null when nothing changes. */
    PartitionChangeRecord record(UUID topicId) {
        completeReassignment();
        elr = eligible();
        elect();
        return toRecord(topicId);
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

    private void completeReassignment() {
        if (adding.length == 0 && removing.length == 0) {
            return;
        }
        int[] staying = without(isr, removing);
        int[] left = without(replicas, removing);
        if (staying.length >= minInsync(left) && containsAll(staying, adding)) {
            replicas = left;
            isr = staying;
            adding = NONE;
            removing = NONE;
        }
    }

    /** At least 1: without anybody in sync a reassignment does not end. */
    private int minInsync(int[] of) {
        return Math.max(1, Math.min(rules.minInsync(), of.length));
    }

    private int[] eligible() {
        if (isr.length >= minInsync(replicas)) {
            return NONE;
        }
        int[] eligible = new int[replicas.length];
        int count = 0;
        for (int replica : replicas) {
            boolean was = contains(before.elr(), replica) || contains(before.isr(), replica);
            if (was && !contains(isr, replica) && !lost.test(replica)) {
                eligible[count++] = replica;
            }
        }
        return count == 0 ? NONE : Arrays.copyOf(eligible, count);
    }

    private void elect() {
        leader = before.leader();
        if (preferFirst && contains(isr, replicas[0]) && canLead(replicas[0])) {
            leader = replicas[0];
        }
        if (leader != NO_LEADER && contains(isr, leader) && canLead(leader)) {
            lastKnownLeader = NONE;
            return;
        }
        leader = firstReplica(isr);
        if (leader == NO_LEADER && isr.length == 0) {
            leader = firstReplica(elr);
            if (leader != NO_LEADER) {
                becomesSole();
            } else if (elr.length == 0
                    && lastKnownLeader.length == 1
                    && contains(replicas, lastKnownLeader[0])
                    && canLead(lastKnownLeader[0])) {
                leader = lastKnownLeader[0];
                becomesSoleUncleanly();
            }
        }
        if (leader == NO_LEADER && uncleanAllowed) {
            leader = firstReplica(replicas);
            if (leader != NO_LEADER) {
                becomesSoleUncleanly();
            }
        }
        if (leader != NO_LEADER) {
            lastKnownLeader = NONE;
        } else if (before.hasLeader()) {
            lastKnownLeader = new int[] {before.leader()};
        }
        if (lastKnownLeader.length == 1 && emptied.test(lastKnownLeader[0]) && replicas.length > 1) {
            lastKnownLeader = NONE;
        }
    }

    private int firstReplica(int[] among) {
        for (int replica : replicas) {
            if (contains(among, replica) && canLead(replica)) {
                return replica;
            }
        }
        return NO_LEADER;
    }

    /** Its broker may, and has the replica. */
    private boolean canLead(int replica) {
        return mayLead.test(replica) && !directoryOf(replica).equals(PartitionImage.LOST_DIRECTORY);
    }

    private UUID directoryOf(int replica) {
        if (replica == directoryAt) {
            return directory;
        }
        UUID known = before.directories().length == 0 ? null : before.directoryOf(replica);
        return known == null ? PartitionImage.UNASSIGNED_DIRECTORY : known;
    }

    /** One for each replica; none where nothing is said of any, which is nearly everywhere. */
    private UUID[] directories() {
        if (before.directories().length == 0 && directoryAt == NO_LEADER) {
            return before.directories();
        }
        UUID[] all = Arrays.stream(replicas).mapToObj(this::directoryOf).toArray(UUID[]::new);
        boolean nothing = Arrays.stream(all).allMatch(PartitionImage.UNASSIGNED_DIRECTORY::equals);
        return nothing ? NOWHERE : all;
    }

    private void becomesSole() {
        isr = new int[] {leader};
        elr = isr.length >= minInsync(replicas) ? NONE : without(elr, isr);
    }

    private void becomesSoleUncleanly() {
        isr = new int[] {leader};
        elr = NONE;
        recoveryState = PartitionRecord.RECOVERING;
    }

    private PartitionChangeRecord toRecord(UUID topicId) {
        boolean sameReplicas = Arrays.equals(replicas, before.replicas());
        boolean sameAdding = Arrays.equals(adding, before.adding());
        boolean sameRemoving = Arrays.equals(removing, before.removing());
        boolean sameIsr = Arrays.equals(isr, before.isr());
        boolean sameElr = Arrays.equals(elr, before.elr());
        boolean sameLast = Arrays.equals(lastKnownLeader, before.lastKnownElr());
        boolean sameState = recoveryState == before.recoveryState();
        UUID[] directories = directories();
        boolean sameDirectories = Arrays.equals(directories, before.directories());
        boolean sameMembers =
                sameDirectories && sameIsr && sameElr && sameLast && sameReplicas && sameAdding && sameRemoving;
        boolean begins = newEpoch && leader != NO_LEADER
                || leader != before.leader()
                || !containsAll(replicas, before.replicas());
        if (sameMembers && sameState && !begins) {
            return null;
        }
        return new PartitionChangeRecord(
                topicId,
                before.partition(),
                leader,
                begins ? before.leaderEpoch() + 1 : before.leaderEpoch(),
                before.partitionEpoch() + 1,
                sameIsr ? null : isr,
                sameElr ? null : elr,
                sameLast ? null : lastKnownLeader,
                sameState ? PartitionChangeRecord.SAME_RECOVERY_STATE : recoveryState,
                sameReplicas ? null : replicas,
                sameDirectories ? null : directories,
                sameAdding ? null : adding,
                sameRemoving ? null : removing);
    }

    static int[] without(int[] values, int... unwanted) {
        int[] rest = new int[values.length];
        int count = 0;
        for (int value : values) {
            if (!contains(unwanted, value)) {
                rest[count++] = value;
            }
        }
        return count == 0 ? NONE : Arrays.copyOf(rest, count);
    }

    static boolean containsAll(int[] values, int[] wanted) {
        for (int one : wanted) {
            if (!contains(values, one)) {
                return false;
            }
        }
        return true;
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
