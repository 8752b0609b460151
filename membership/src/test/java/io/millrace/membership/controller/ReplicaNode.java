package io.millrace.membership.controller;

import io.millrace.membership.image.PartitionImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A broker's process and its disk, as far as the replica of one partition goes.
 *
 * <p>Thread: the test's.
 */
final class ReplicaNode {
    boolean runs = true;
    /** What it has is less than the controller believes: it will be told at the next registration. */
    boolean lostUnknown;

    UUID directory;
    UUID incarnation;
    long epoch;
    List<Integer> log = new ArrayList<>();
    boolean givenUp;
    /** What this life knows of the cluster, which may have gone on; null before it knows that it is registered. */
    PartitionImage view;

    int minInsync;
    long applied;
    /** As a leader: how far its followers are, what it has proposed, and what it knows to be committed. */
    final Map<Integer, Integer> ends = new HashMap<>();

    List<Integer> proposed = List.of();
    int proposedAt;
    int epochStart;
    int watermark;

    boolean leads(int self) {
        return runs && !givenUp && view != null && view.leader() == self;
    }

    boolean follows(int leader, int epoch) {
        return runs && !givenUp && view != null && view.leader() == leader && view.leaderEpoch() == epoch;
    }

    void forget() {
        view = null;
        ends.clear();
        proposed = List.of();
    }
}
