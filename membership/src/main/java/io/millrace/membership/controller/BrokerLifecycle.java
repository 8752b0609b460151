package io.millrace.membership.controller;

import io.millrace.membership.controller.LeaderElection.Loss;
import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.BrokerChangeRecord;
import io.millrace.membership.record.RegisterBrokerRecord;
import io.millrace.membership.record.UnregisterBrokerRecord;
import java.util.List;
import java.util.UUID;

/**
 * A broker's way through the cluster: registered and fenced, unfenced once it has applied its own registration, in
 * controlled shutdown, fenced again. Answers {@link RegisterBroker}, {@link BrokerHeartbeat}, {@link UnregisterBroker}.
 *
 * <p>Thread: the controller's.
 */
final class BrokerLifecycle {
    private static final String STANDS_DOWN = "somebody unregisters it";

    private final ControllerOptions options;
    private final BrokerSessions sessions;
    private final LeaderElection election;

    BrokerLifecycle(ControllerOptions options, BrokerSessions sessions, LeaderElection election) {
        this.options = options;
        this.sessions = sessions;
        this.election = election;
    }

    RegisterBroker.Outcome register(RegisterBroker command, Decision decision) {
        if (!options.clusterId().equals(command.clusterId())) {
            return new RegisterBroker.Outcome(
                    ControllerError.INCONSISTENT_CLUSTER_ID,
                    "Expected cluster ID " + options.clusterId() + ", but got cluster ID " + command.clusterId(),
                    -1);
        }
        int id = command.brokerId();
        BrokerImage before = decision.image().broker(id);
        if (before != null && before.incarnation().equals(command.incarnation())) {
            // The same process asks again because the answer did not reach it.
            sessions.touch(id, -1, decision.nowMs());
            return new RegisterBroker.Outcome(ControllerError.NONE, null, before.epoch());
        }
        if (before != null && sessions.isLive(id, decision.nowMs())) {
            return new RegisterBroker.Outcome(
                    ControllerError.DUPLICATE_BROKER_REGISTRATION,
                    "Another broker is registered with id " + id
                            + " and alive. After a restart this resolves itself when its session ends.",
                    -1);
        }
        BrokerImage unregistered = sessions.takeUnregistered(id, command.incarnation());
        Loss loss = loss(before == null ? unregistered : before, command);
        long epoch = decision.nextOffset();
        decision.add(new RegisterBrokerRecord(
                id,
                command.incarnation(),
                RegisterBrokerRecord.EPOCH_IS_OFFSET,
                command.listeners(),
                command.rack(),
                command.directories(),
                true,
                false));
        election.brokerLeaves(id, loss, decision);
        election.directoriesReturn(id, decision);
        sessions.end(id);
        sessions.fenced(id, decision.nextOffset() - 1);
        sessions.touch(id, -1, decision.nowMs());
        return new RegisterBroker.Outcome(ControllerError.NONE, null, epoch);
    }

    /**
     * A broker that knows of no last life has lost its page cache; one that knows of another is not who it was. It need not
     * know of a life that never served: that one may have died before it heard that it was registered.
     * Of one that was unregistered the cluster remembers neither life nor directories, but it may still be eligible: whoever comes under
     * its id counts as one with another disk, unless it is the very process that was unregistered, and this controller remembers it.
     */
    private static Loss loss(BrokerImage before, RegisterBroker command) {
        if (before == null) {
            return Loss.DISK;
        }
        if (!command.directories().containsAll(before.directories())) {
            return Loss.DISK;
        }
        long shown = command.previousBrokerEpoch();
        if (shown == before.epoch() || shown == before.servedEpoch()) {
            return Loss.NONE;
        }
        return shown == RegisterBroker.NO_EPOCH ? Loss.PAGE_CACHE : Loss.DISK;
    }

    /**
     * Of a broker that serves, only when it has no lease left: until then its coordinators may answer from what they know (rule V33),
     * and others must not lead.
     */
    UnregisterBroker.Outcome unregister(UnregisterBroker command, Decision decision) {
        BrokerImage broker = decision.image().broker(command.brokerId());
        if (broker == null) {
            return new UnregisterBroker.Outcome(
                    ControllerError.BROKER_ID_NOT_REGISTERED,
                    "Broker ID " + command.brokerId() + " is not currently registered");
        }
        boolean isAlone = decision.image().brokers().size() == 1;
        if (broker.isActive() && !isAlone && !sessions.standDown(broker.id(), decision.nowMs())) {
            return new UnregisterBroker.Outcome(
                    ControllerError.REQUEST_TIMED_OUT,
                    "Broker ID " + broker.id()
                            + " is alive, and may answer for what it leads for up to a session. Ask again.");
        }
        decision.add(new UnregisterBrokerRecord(broker.id(), broker.epoch()));
        election.brokerLeaves(broker.id(), Loss.NONE, decision);
        sessions.unregistered(broker);
        return new UnregisterBroker.Outcome(ControllerError.NONE, null);
    }

    BrokerHeartbeat.Outcome heartbeat(BrokerHeartbeat command, Decision decision) {
        BrokerImage broker = decision.image().broker(command.brokerId());
        Refusal refusal = refusal(broker, command.brokerId(), command.brokerEpoch());
        if (refusal != null) {
            return new BrokerHeartbeat.Outcome(refusal.error(), refusal.getMessage(), false, true, false);
        }
        sessions.touch(broker.id(), command.appliedOffset(), decision.nowMs());
        takeOffline(broker, command.offlineDirectories(), decision);
        boolean caughtUp = command.appliedOffset() >= Math.max(broker.epoch(), sessions.mustHaveApplied(broker.id()));
        boolean shouldShutdown = false;
        if (broker.fenced()) {
            shouldShutdown = command.wantShutdown();
            if (!command.wantShutdown() && !command.wantFence() && caughtUp) {
                decision.add(BrokerChangeRecord.unfence(broker.id(), broker.epoch()));
                election.brokerReturns(broker.id(), decision);
            }
        } else if (broker.inControlledShutdown() || command.wantShutdown()) {
            shouldShutdown = shutDown(broker, decision);
        } else if (command.wantFence()) {
            fence(broker, decision);
        }
        boolean standsDown = sessions.standsDown(broker.id(), decision.nowMs());
        boolean fenced = decision.image().broker(broker.id()).fenced() || standsDown;
        return new BrokerHeartbeat.Outcome(
                ControllerError.NONE, standsDown ? STANDS_DOWN : null, caughtUp, fenced, shouldShutdown);
    }

    /** Leaderships are handed over first; the broker may go when the others have applied that. */
    private boolean shutDown(BrokerImage broker, Decision decision) {
        if (!broker.inControlledShutdown()) {
            decision.add(BrokerChangeRecord.controlledShutdown(broker.id(), broker.epoch()));
            election.brokerLeaves(broker.id(), Loss.NONE, decision);
            sessions.startShutdown(broker.id(), decision.nextOffset() - 1);
        } else if (sessions.shutdownOffset(broker.id()) < 0) {
            // A controller that has just taken over does not know the offset: everything up to now covers it.
            sessions.startShutdown(broker.id(), decision.nextOffset() - 1);
        }
        return !leadsAnything(decision.image(), broker.id()) && othersHaveApplied(broker, decision.image());
    }

    private boolean othersHaveApplied(BrokerImage leaving, MetadataImage image) {
        long offset = sessions.shutdownOffset(leaving.id());
        for (BrokerImage other : image.brokers().values()) {
            if (other.id() != leaving.id() && other.isActive() && sessions.appliedOffset(other.id()) < offset) {
                return false;
            }
        }
        return true;
    }

    private static boolean leadsAnything(MetadataImage image, int broker) {
        for (TopicImage topic : image.topics()) {
            for (PartitionImage partition : topic.partitions()) {
                if (partition.leader() == broker) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The broker's session has ended, or it wants out. */
    void fence(BrokerImage broker, Decision decision) {
        decision.add(BrokerChangeRecord.fence(broker.id(), broker.epoch()));
        election.brokerLeaves(broker.id(), Loss.NONE, decision);
        sessions.fenced(broker.id(), decision.nextOffset() - 1);
    }

    /** A log directory has failed: the broker serves on without the replicas that were in it. */
    GiveUpReplicas.Outcome giveUp(GiveUpReplicas command, Decision decision) {
        BrokerImage broker = decision.image().broker(command.brokerId());
        Refusal refusal = refusal(broker, command.brokerId(), command.brokerEpoch());
        if (refusal != null) {
            return new GiveUpReplicas.Outcome(refusal.error(), refusal.getMessage());
        }
        for (GiveUpReplicas.Partition lost : command.partitions()) {
            TopicImage topic = decision.image().topic(lost.topicId());
            PartitionImage partition = topic == null ? null : topic.partition(lost.partition());
            if (partition != null && partition.isReplica(broker.id())) {
                election.replicaIsLost(topic, partition, broker.id(), decision);
            }
        }
        return new GiveUpReplicas.Outcome(ControllerError.NONE, null);
    }

    private static void takeOffline(BrokerImage broker, List<UUID> offline, Decision decision) {
        List<UUID> left = broker.directories().stream()
                .filter(directory -> !offline.contains(directory))
                .toList();
        if (left.size() < broker.directories().size()) {
            decision.add(new BrokerChangeRecord(broker.id(), broker.epoch(), null, null, left));
        }
    }

    /** Why a request in the name of this life of a broker is not to be answered, or null. */
    static Refusal refusal(BrokerImage broker, int id, long epoch) {
        if (broker == null) {
            return new Refusal(
                    ControllerError.BROKER_ID_NOT_REGISTERED, "Broker ID " + id + " is not currently registered");
        }
        return broker.epoch() == epoch
                ? null
                : new Refusal(
                        ControllerError.STALE_BROKER_EPOCH,
                        "Expected broker epoch " + broker.epoch() + ", but got broker epoch " + epoch);
    }
}
