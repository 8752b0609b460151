package io.millrace.membership.controller;

import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.placement.PlacementPolicy;
import io.millrace.membership.placement.PlacementView;
import io.millrace.membership.record.MetadataRecord;
import io.millrace.membership.record.ProducerIdsRecord;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Decides for the cluster while this node leads the metadata quorum: a command gives records to propose and the answer
 * to give once they are committed. State changes only by records: at once in a pending image, which later commands
 * see, and for good when {@link #committed} brings the image that the log gave.
 *
 * <p>Thread: one, the controller's loop.
 */
public final class ControllerMachine {
    private final EffectiveConfigs configs;
    private final ClusterIndex index = new ClusterIndex();
    private final BrokerSessions sessions;
    private final BrokerLifecycle brokers;
    private final TopicCreation creation;
    private final TopicDeletion deletion;
    private final PartitionGrowth growth;
    private final ConfigChanges configChanges;
    private final IsrChanges isrChanges;
    private final AskedElections elections;
    private final Reassignments reassignments;
    private final ClusterUpkeep upkeep;

    private boolean controller;
    private MetadataImage pending = MetadataImage.EMPTY;
    private long nextOffset;
    private int recordsInFlight;

    /**
     * {@code newIds} gives topic ids; Kafka's two reserved ids (all zero, and one) and ids whose text starts with a dash
     * must not be among them.
     */
    public ControllerMachine(
            ControllerOptions options, EffectiveConfigs configs, PlacementPolicy placement, Supplier<UUID> newIds) {
        this(options, configs, placement, PlacementView.NOTHING_KNOWN, newIds);
    }

    /** @param view how the membership ranks brokers; what it says goes into decisions, which are recorded */
    public ControllerMachine(
            ControllerOptions options,
            EffectiveConfigs configs,
            PlacementPolicy placement,
            PlacementView view,
            Supplier<UUID> newIds) {
        this.configs = configs;
        this.sessions = new BrokerSessions(options.selfBrokerId(), options.sessionTimeoutMs());
        LeaderElection election = new LeaderElection(configs);
        ReplicaAssignments assignments = new ReplicaAssignments(placement, view, index);
        this.brokers = new BrokerLifecycle(options, sessions, election);
        this.creation = new TopicCreation(configs, assignments, index, newIds);
        this.deletion = new TopicDeletion(configs);
        this.growth = new PartitionGrowth(assignments);
        this.configChanges = new ConfigChanges(configs, election);
        this.isrChanges = new IsrChanges(election);
        this.elections = new AskedElections(election);
        this.reassignments = new Reassignments(election);
        this.upkeep = new ClusterUpkeep(configs, election, reassignments, assignments);
    }

    /**
     * This node leads the quorum and {@code image} has everything committed before. Every broker that is not fenced
     * gets a full session.
     *
     * @param nextOffset the offset that the next proposed record will have
     * @return records that a new cluster, or one of an older version, needs first; may be empty
     */
    public List<MetadataRecord> becomeController(MetadataImage image, long nextOffset, long nowMs) {
        controller = true;
        pending = image;
        this.nextOffset = nextOffset;
        recordsInFlight = 0;
        index.rebuild(image);
        sessions.startAll(image, nowMs);
        upkeep.start(image, nowMs);
        Decision decision = decision(nowMs);
        Features.bootstrap(decision, configs.brokerValue(image, "min.insync.replicas"));
        return keep(decision);
    }

    /** This node leads no more: what was pending is dropped. */
    public void resign() {
        controller = false;
        pending = MetadataImage.EMPTY;
        recordsInFlight = 0;
        index.rebuild(pending);
        sessions.clear();
        upkeep.stop();
    }

    public boolean isController() {
        return controller;
    }

    /**
     * Answers one command; the records must be proposed in the order in which they were given.
     *
     * @throws ControllerException when this node does not lead
     */
    @SuppressWarnings("unchecked")
    public <R> ControllerOutcome<R> handle(ControllerCommand<R> command, long nowMs) {
        if (!controller) {
            throw new ControllerException(ControllerError.NOT_CONTROLLER, "this node is not the active controller");
        }
        Decision decision = decision(nowMs);
        // The command's type parameter is the type of the outcome that its kind returns below.
        R response = (R) decide(command, decision);
        return new ControllerOutcome<>(isDryRun(command) ? List.of() : keep(decision), response);
    }

    private Object decide(ControllerCommand<?> command, Decision decision) {
        if (command instanceof BrokerHeartbeat heartbeat) {
            return brokers.heartbeat(heartbeat, decision);
        } else if (command instanceof AlterPartition alter) {
            return isrChanges.decide(alter, decision);
        } else if (command instanceof CreateTopics create) {
            return creation.decide(create, decision);
        } else if (command instanceof DeleteTopics delete) {
            return deletion.decide(delete, decision);
        } else if (command instanceof CreatePartitions create) {
            return growth.decide(create, decision);
        } else if (command instanceof IncrementalAlterConfigs alter) {
            return configChanges.decide(alter, decision);
        } else if (command instanceof LegacyAlterConfigs alter) {
            return configChanges.decide(alter, decision);
        } else if (command instanceof AllocateProducerIds allocate) {
            return allocate(allocate, decision);
        } else if (command instanceof RegisterBroker register) {
            return brokers.register(register, decision);
        } else if (command instanceof UnregisterBroker unregister) {
            return brokers.unregister(unregister, decision);
        } else if (command instanceof GiveUpReplicas giveUp) {
            return brokers.giveUp(giveUp, decision);
        } else if (command instanceof ElectLeaders elect) {
            return elections.decide(elect, decision);
        } else if (command instanceof ReassignPartitions reassign) {
            return reassignments.decide(reassign, decision);
        }
        throw new IllegalStateException("no command for the controller: " + command);
    }

    private static boolean isDryRun(ControllerCommand<?> command) {
        return command instanceof CreateTopics create && create.validateOnly()
                || command instanceof CreatePartitions grow && grow.validateOnly()
                || command instanceof AlterConfigs alter && alter.validateOnly();
    }

    private static AllocateProducerIds.Outcome allocate(AllocateProducerIds command, Decision decision) {
        MetadataImage image = decision.image();
        Refusal refusal =
                BrokerLifecycle.refusal(image.broker(command.brokerId()), command.brokerId(), command.brokerEpoch());
        if (refusal != null) {
            return new AllocateProducerIds.Outcome(refusal.error(), refusal.getMessage(), -1, 0);
        }
        long first = image.nextProducerId();
        if (first > Long.MAX_VALUE - AllocateProducerIds.BLOCK_SIZE) {
            return new AllocateProducerIds.Outcome(
                    ControllerError.UNKNOWN_SERVER_ERROR, "All producer ids are spent", -1, 0);
        }
        decision.add(new ProducerIdsRecord(
                command.brokerId(), command.brokerEpoch(), first + AllocateProducerIds.BLOCK_SIZE));
        return new AllocateProducerIds.Outcome(ControllerError.NONE, null, first, AllocateProducerIds.BLOCK_SIZE);
    }

    /**
     * The log has committed up to {@code image}; {@code ownRecords} of what came since the last call were proposed by
     * this machine. Once nothing of its own is under way, what is committed is all there is.
     */
    public void committed(MetadataImage image, int ownRecords) {
        recordsInFlight -= ownRecords;
        if (recordsInFlight < 0) {
            throw new IllegalStateException((-recordsInFlight) + " records were committed that nobody here proposed");
        }
        sessions.followed(image.highestOffset());
        if (controller && recordsInFlight == 0) {
            pending = image;
            nextOffset = Math.max(nextOffset, image.highestOffset() + 1);
        }
    }

    /** The offset that was counted on for the record after the last one decided. */
    public long nextOffset() {
        return nextOffset;
    }

    /** The log has a committed record here that is none of this machine's, and its own records come behind it. */
    public void passOver(long offset) {
        nextOffset = Math.max(nextOffset, offset + 1);
    }

    /** When {@link #expireSessions} or {@link #tidy} must be called next; empty while nothing can become due. */
    public OptionalLong nextDeadlineMs() {
        if (!controller) {
            return OptionalLong.empty();
        }
        long next = Math.min(
                sessions.nextDeadlineMs().orElse(Long.MAX_VALUE), upkeep.dueMs().orElse(Long.MAX_VALUE));
        return next == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(next);
    }

    /** Brings leadership back to where it belongs, and internal topics to their size, if it is time to look. */
    public List<MetadataRecord> tidy(long nowMs) {
        if (!controller) {
            return List.of();
        }
        Decision decision = decision(nowMs);
        upkeep.run(decision);
        return keep(decision);
    }

    /** Lets the log have what this level of the metadata brings; every broker that serves can follow it. */
    public List<MetadataRecord> raiseMetadataLevel(short level, long nowMs) {
        if (!controller) {
            return List.of();
        }
        Decision decision = decision(nowMs);
        Features.raise(decision, level);
        return keep(decision);
    }

    /** Fences the brokers whose session has ended. */
    public List<MetadataRecord> expireSessions(long nowMs) {
        if (!controller) {
            return List.of();
        }
        Decision decision = decision(nowMs);
        for (int id : sessions.expired(nowMs)) {
            endSession(id, decision);
        }
        return keep(decision);
    }

    /** Fences one broker at once: a probe has shown that this life of it is over. */
    public List<MetadataRecord> brokerIsGone(int brokerId, UUID incarnation, long nowMs) {
        BrokerImage broker = pending.broker(brokerId);
        if (!controller || broker == null || !broker.incarnation().equals(incarnation)) {
            return List.of();
        }
        Decision decision = decision(nowMs);
        endSession(brokerId, decision);
        return keep(decision);
    }

    private void endSession(int id, Decision decision) {
        sessions.end(id);
        BrokerImage broker = decision.image().broker(id);
        if (broker != null && !broker.fenced()) {
            brokers.fence(broker, decision);
        }
    }

    private Decision decision(long nowMs) {
        return new Decision(pending, nextOffset, nowMs);
    }

    private List<MetadataRecord> keep(Decision decision) {
        if (decision.records().isEmpty()) {
            return List.of();
        }
        MetadataDelta delta = decision.delta();
        index.follow(delta);
        upkeep.follow(delta, decision.nowMs());
        pending = delta.after();
        nextOffset = decision.nextOffset();
        recordsInFlight += decision.records().size();
        return decision.records();
    }
}
