package io.millrace.simulation;

import io.millrace.membership.QuorumDescription;
import io.millrace.membership.VoterChange;
import io.millrace.membership.controller.ChangeVoters;
import io.millrace.membership.controller.ControllerError;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/**
 * Whoever looks after the voters of the metadata: gives the vote of a lost disk to the new one, takes a vote away and gives
 * it back, one change at a time as the quorum demands it.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimVoters {
    private final ClusterWorld world;
    private final Random random;
    private long changed;
    private boolean changing;

    SimVoters(ClusterWorld world) {
        this.world = world;
        this.random = world.simulation().random("voters");
    }

    /** What the leader of the newest epoch knows. */
    private Optional<QuorumDescription> newest() {
        QuorumDescription newest = null;
        for (SimBroker broker : world.brokers()) {
            if (broker.isServing() && broker.life().leadsQuorum()) {
                QuorumDescription one = broker.life().quorum().describe().orElse(null);
                if (one != null && (newest == null || one.epoch() > newest.epoch())) {
                    newest = one;
                }
            }
        }
        return Optional.ofNullable(newest);
    }

    /** Whether every node votes with the disk that it has, and all of them know. */
    boolean areWhole() {
        Optional<QuorumDescription> known = newest();
        if (known.isEmpty() || known.get().voters().size() < ClusterWorld.NODES) {
            return false;
        }
        for (QuorumDescription.Replica voter : known.get().voters()) {
            if (!has(voter) || voter.endOffset() != known.get().highWatermark()) {
                return false;
            }
        }
        return true;
    }

    private boolean has(QuorumDescription.Replica voter) {
        return directory(voter.nodeId()).equals(Optional.ofNullable(voter.directoryId()));
    }

    /** Empty while the node is down. */
    private Optional<UUID> directory(int node) {
        SimBroker broker = world.broker(node);
        return broker.isUp() ? Optional.of(broker.life().voterDirectory()) : Optional.empty();
    }

    /** Mends what is not as it should be; when all is, takes somebody's vote away. */
    void change() {
        if (!mend()) {
            newest().ifPresent(known -> {
                List<QuorumDescription.Replica> voters = known.voters();
                QuorumDescription.Replica one = voters.get(random.nextInt(voters.size()));
                // Two voters can spare none: nobody would leave two of which one is known to be down.
                if (areWhole() && one.directoryId() != null) {
                    submit(new VoterChange.Remove(one.nodeId(), one.directoryId()));
                }
            });
        }
    }

    /** A vote of a disk that is gone goes, a node without a vote gets one; false when there was nothing to be done. */
    boolean mend() {
        Optional<QuorumDescription> known = newest();
        if (known.isEmpty()) {
            return false;
        }
        for (QuorumDescription.Replica voter : known.get().voters()) {
            if (voter.directoryId() != null && directory(voter.nodeId()).isPresent() && !has(voter)) {
                submit(new VoterChange.Remove(voter.nodeId(), voter.directoryId()));
                return true;
            }
        }
        for (SimBroker broker : world.brokers()) {
            boolean votes = known.get().voters().stream().anyMatch(voter -> voter.nodeId() == broker.id());
            if (!votes && broker.isUp()) {
                submit(new VoterChange.Add(broker.id(), broker.life().voterDirectory()));
                return true;
            }
        }
        return false;
    }

    private void submit(VoterChange change) {
        SimBroker asked = world.anyServing(random);
        if (asked != null) {
            changing = true;
            asked.life()
                    .gateway()
                    .submit(new ChangeVoters(change))
                    .onComplete(done -> changing = false)
                    .onSuccess(outcome -> {
                        if (outcome.error() == ControllerError.NONE) {
                            changed++;
                            world.tell("voters changed: " + change);
                        }
                    });
        }
    }

    /** A change has been asked for, and what became of it is not known. */
    boolean isChanging() {
        return changing;
    }

    /** Changes that were committed, as far as is known. */
    long changed() {
        return changed;
    }
}
