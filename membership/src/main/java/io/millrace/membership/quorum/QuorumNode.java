package io.millrace.membership.quorum;

import io.millrace.membership.CommitListener;
import io.millrace.membership.MetadataQuorum;
import io.millrace.membership.NotLeaderException;
import io.millrace.membership.QuorumDescription;
import io.millrace.membership.VoterChange;
import io.millrace.membership.quorum.QuorumMessage.FetchResponse;
import io.millrace.membership.quorum.QuorumMessage.SnapshotRequest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one node of the quorum for its owner: feeds the machine, performs its effects in order, applies what is
 * committed.
 *
 * <p>Thread: {@link MetadataQuorum}'s methods and {@link #receive} from any thread; everything else on the owner.
 */
public final class QuorumNode implements MetadataQuorum {
    private static final Logger log = LoggerFactory.getLogger(QuorumNode.class);

    private final QuorumPorts ports;
    private final QuorumStore store;
    private final QuorumMachine machine;
    private final EffectQueue effects = new EffectQueue();
    private final PendingProposals pending = new PendingProposals();
    private final CommittedReader applier;
    private final ReadAnswers readAnswers;
    private Runnable cancelAlarm = () -> {};
    /** Cuts of the log under way: what the store reports until then may be about the part that goes. */
    private int cuts;

    private boolean stopped;
    private volatile int leaderEpoch;
    private volatile int leaderId = QuorumState.NOBODY;
    private volatile long highWatermark;
    private volatile Set<Integer> voterIds = Set.of();

    /** @param snapshotBytes so many bytes of applied records make a new snapshot worth while */
    public QuorumNode(
            QuorumSettings settings, QuorumStore store, LoadedQuorum loaded, QuorumPorts ports, long snapshotBytes) {
        this(
                settings,
                store,
                loaded,
                new VoterHistory(settings.voters(), loaded.log().voters()),
                ports,
                snapshotBytes);
    }

    /** For canaries: with a history of voters that breaks a rule. */
    QuorumNode(
            QuorumSettings settings,
            QuorumStore store,
            LoadedQuorum loaded,
            VoterHistory voters,
            QuorumPorts ports,
            long snapshotBytes) {
        this.ports = ports;
        this.store = store;
        this.readAnswers = new ReadAnswers(store, ports.transport(), this::leads);
        this.machine =
                new QuorumMachine(settings, new Effects(), loaded.election(), loaded.log(), voters, ports.jitter());
        this.applier = new CommittedReader(
                store, loaded, snapshotBytes, pending, machine::votersStatedAt, this::snapshotWritten, this::halt);
        store.setListener(new StoreEvents());
        publish();
    }

    @Override
    public void onCommit(CommitListener listener) {
        applier.setListener(listener);
    }

    /** Hands the loaded snapshot to the listener and takes part from then on. */
    public void start() {
        ports.owner().execute(() -> {
            applier.start();
            step(() -> machine.start(now()));
        });
    }

    public void receive(int from, QuorumMessage message) {
        ports.owner().execute(() -> step(() -> machine.onMessage(from, message, now())));
    }

    @Override
    public CompletionStage<Long> propose(int epoch, long baseOffset, List<byte[]> records) {
        List<byte[]> copy = List.copyOf(records);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("nothing to propose");
        }
        return appended(() -> machine.propose(epoch, baseOffset, copy, now()));
    }

    @Override
    public CompletionStage<Long> changeVoters(VoterChange change) {
        return appended(() -> machine.changeVoters(change, now()));
    }

    private CompletionStage<Long> appended(Supplier<OptionalLong> proposal) {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        ports.owner().execute(() -> {
            if (stopped) {
                answer.completeExceptionally(new NotLeaderException("this node has stopped", OptionalInt.empty()));
            } else {
                step(() -> pending.begin(proposal, answer, this::leaderId));
            }
        });
        return answer;
    }

    /** Who votes, by this node's log. Thread: any. */
    public Set<Integer> voterIds() {
        return voterIds;
    }

    /** Whether this node's directory votes, by its log. Called on the owner. */
    public boolean votes() {
        return machine.isVoter();
    }

    /** Whether nobody else votes. Called on the owner. */
    public boolean decidesAlone() {
        return machine.isVoter() && machine.voters().ids().size() == 1;
    }

    /** Hands leadership to another voter. */
    public void transferLeadership(int to) {
        ports.owner().execute(() -> step(() -> machine.transferLeadership(to, now())));
    }

    /** The leader did not answer a probe: as good as a fetch timeout. */
    public void leaderProbeFailed(int probedLeaderId) {
        ports.owner().execute(() -> step(() -> machine.onLeaderProbeFailed(probedLeaderId, now())));
    }

    /** Voters in the order in which they should lead; it costs those further down a delay when they stand, no more. */
    public void prefer(List<Integer> order) {
        List<Integer> copy = List.copyOf(order);
        ports.owner().execute(() -> machine.prefer(copy));
    }

    @Override
    public int leaderEpoch() {
        return leaderEpoch;
    }

    @Override
    public OptionalInt leaderId() {
        int id = leaderId;
        return id == QuorumState.NOBODY ? OptionalInt.empty() : OptionalInt.of(id);
    }

    @Override
    public long highWatermark() {
        return highWatermark;
    }

    @Override
    public Optional<QuorumDescription> describe() {
        return stopped ? Optional.empty() : machine.describe(now());
    }

    @Override
    public CompletionStage<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        ports.owner().execute(() -> {
            if (stopped) {
                closed.complete(null);
                return;
            }
            step(() -> machine.transferLeadership(QuorumState.NOBODY, now()));
            stop("this node is stopping");
            store.close(() -> closed.complete(null));
        });
        return closed;
    }

    /** For invariants: the machine as it stands. */
    QuorumMachine machine() {
        return machine;
    }

    private boolean leads(int epoch) {
        return machine.state() instanceof QuorumState.Leader leader && leader.epoch() == epoch;
    }

    private long now() {
        return ports.clockMs().getAsLong();
    }

    /** One event: into the machine, then the getters and the alarm follow it. */
    private void step(Runnable event) {
        if (stopped) {
            return;
        }
        try {
            event.run();
        } catch (MessageFormatException newer) {
            halt(newer.getMessage());
        } catch (RuntimeException bug) {
            log.error("the metadata quorum met an impossible state", bug);
            halt("impossible state of the metadata quorum: " + bug);
        }
        if (!stopped) {
            publish();
            setAlarm();
        }
    }

    private void publish() {
        leaderEpoch = machine.state().epoch();
        leaderId = machine.state().leaderId();
        highWatermark = machine.highWatermark();
        voterIds = machine.voters().ids();
    }

    private void setAlarm() {
        cancelAlarm.run();
        long now = now();
        long dueMs = machine.nextDeadlineMs(now);
        cancelAlarm = dueMs == Long.MAX_VALUE
                ? () -> {}
                : ports.alarm().set(Math.max(1, dueMs - now), () -> step(() -> machine.onTick(now())));
    }

    private void snapshotWritten(LogPosition snapshot) {
        step(() -> machine.onSnapshotWritten(snapshot));
    }

    private void stop(String why) {
        stopped = true;
        cancelAlarm.run();
        effects.stop();
        applier.stop();
        pending.failAll(why);
    }

    private void halt(String why) {
        if (!stopped) {
            stop(why);
            leaderId = QuorumState.NOBODY;
            ports.halted().accept(why);
        }
    }

    private final class StoreEvents implements QuorumStore.Listener {
        @Override
        public void written(long endOffset) {
            if (cuts == 0) {
                step(() -> machine.onWritten(endOffset));
            }
        }

        @Override
        public void synced(long endOffset) {
            if (cuts == 0) {
                step(() -> machine.onSynced(endOffset, now()));
            }
        }

        @Override
        public void failed(String why) {
            halt("the metadata log cannot be written: " + why);
        }
    }

    private final class Effects implements QuorumEffects {
        @Override
        public void persist(ElectionState election) {
            effects.await(done -> store.persist(election, done));
        }

        @Override
        public void send(int to, QuorumMessage message) {
            effects.run(() -> ports.transport().send(to, message));
        }

        @Override
        public void append(QuorumBatch batch) {
            effects.run(() -> store.append(batch));
        }

        @Override
        public void truncateTo(long endOffset) {
            cuts++;
            effects.await(done -> store.truncateTo(endOffset, () -> {
                cutDone();
                done.run();
            }));
        }

        private void cutDone() {
            cuts--;
            if (cuts == 0) {
                step(() -> machine.onSynced(store.syncedEnd(), now()));
            }
        }

        @Override
        public void answerFetch(int to, FetchResponse answer, long limit) {
            effects.run(() -> readAnswers.sendBatches(to, answer, limit));
        }

        @Override
        public void answerSnapshot(int to, SnapshotRequest request) {
            int epoch = machine.state().epoch();
            int leader = machine.state().leaderId();
            effects.run(() -> readAnswers.sendSnapshotPart(to, epoch, leader, request));
        }

        @Override
        public void storeSnapshotPart(LogPosition snapshot, long position, byte[] bytes, boolean last) {
            if (!last) {
                effects.run(() -> store.storeSnapshotPart(snapshot, position, bytes, false, ignored -> {}));
                return;
            }
            cuts++;
            effects.await(done -> store.storeSnapshotPart(snapshot, position, bytes, true, content -> {
                cuts--;
                content.ifPresent(sound -> applier.replaceBy(snapshot, sound.records()));
                step(() -> {
                    if (content.isPresent()) {
                        machine.onSnapshotInstalled(snapshot, content.get().voters(), now());
                    } else {
                        machine.onSnapshotRefused(now());
                    }
                });
                done.run();
            }));
        }

        @Override
        public void trimTo(LogPosition base) {
            effects.run(() -> store.trimTo(base));
        }

        @Override
        public void committed(long highWatermark) {
            effects.run(() -> applier.applyTo(highWatermark));
        }

        @Override
        public void caughtUp(long highWatermark) {
            effects.run(() -> applier.caughtUpAt(highWatermark));
        }

        @Override
        public void leadershipGained(int epoch, long activeFrom) {
            effects.run(() -> applier.leadershipGained(epoch, activeFrom));
        }

        @Override
        public void leadershipLost(int epoch) {
            pending.failAll("leadership of epoch " + epoch + " was lost before the commit");
            effects.run(() -> applier.leadershipLost(epoch));
        }

        @Override
        public void leaderChanged(int epoch, OptionalInt leader) {
            effects.run(() -> {
                // Whoever is told asks the getters, so they must not be older than the news.
                publish();
                applier.leaderChanged(epoch, leader);
            });
        }

        @Override
        public void halt(String why) {
            QuorumNode.this.halt(why);
        }
    }
}
