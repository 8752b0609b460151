package io.millrace.membership.quorum;

import io.millrace.log.Owner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one node's formation for its owner: reads the folder, feeds the machine, performs its effects; afterwards goes on
 * answering those who ask.
 *
 * <p>Thread: {@link #form}, {@link #receive}, {@link #quorumSettled} {@link #giveUp} and
 * {@link #close} from any thread; everything else on
 * the owner.
 */
public final class FormationNode {
    private static final int CLUSTER_ID_BYTES = 16;
    private static final Logger log = LoggerFactory.getLogger(FormationNode.class);

    /** Sends without waiting; loss is normal. Called on the owner. */
    public interface Transport {
        void send(int to, FormationMessage message);

        /** For a cluster of one. */
        Transport NOWHERE = (to, message) -> {};
    }

    /**
     * What it needs from its surroundings.
     *
     * @param files runs the store's work, one task at a time, not on the owner
     * @param clockMs never goes back
     * @param randomUuid for the cluster id; {@code UUID::randomUUID} but in tests
     */
    public record Ports(
            Owner owner,
            Executor files,
            LongSupplier clockMs,
            QuorumPorts.Alarm alarm,
            Transport transport,
            Supplier<UUID> randomUuid) {}

    /** Work on the folder that may fail. */
    private interface FolderWork<T> {
        T run() throws IOException, FormationException;
    }

    private final NodeIdentity me;
    private final FormationStore store;
    private final Ports ports;
    private final CompletableFuture<NodePromises> formed = new CompletableFuture<>();
    private final CompletableFuture<FormationException> refusal = new CompletableFuture<>();
    private FormationMachine machine;
    private Runnable cancelAlarm = () -> {};
    private boolean stopped;
    private volatile Optional<String> waitsFor = Optional.empty();

    public FormationNode(NodeIdentity me, FormationStore store, Ports ports) {
        this.me = me;
        this.store = store;
        this.ports = ports;
    }

    /**
     * Reads the folder and forms or joins a cluster, however long the others take.
     *
     * @return the promises, durable; fails with {@link FormationException} when the folder is not this node's, is damaged or
     *     belongs to another cluster
     */
    public CompletionStage<NodePromises> form() {
        onFolder(store::read, found -> {
            machine = new FormationMachine(me, found, new Effects(), this::newClusterId);
            step(() -> machine.start(now()));
        });
        return formed;
    }

    /** Completes when it turns out that this node must not go on; perhaps never, perhaps after it had formed. */
    public CompletionStage<FormationException> refused() {
        return refusal;
    }

    public void receive(int from, FormationMessage message) {
        ports.owner().execute(() -> {
            if (machine != null) {
                step(() -> machine.onMessage(from, message, now()));
            }
        });
    }

    /** The quorum has a leader: this node is where it belongs. */
    public void quorumSettled() {
        ports.owner().execute(() -> {
            if (machine != null) {
                step(machine::onQuorumSettled);
            }
        });
    }

    /** Whom a node that is part of no cluster yet waits for, in words for a person. Thread: any. */
    public Optional<String> waitsFor() {
        return waitsFor;
    }

    private Optional<String> whatItWaitsFor() {
        List<VoterAddress> unheard = machine.unheard(now());
        if (unheard.isEmpty()) {
            return Optional.empty();
        }
        String voters = unheard.stream().map(VoterAddress::toString).collect(Collectors.joining(" and "));
        return Optional.of(
                me.isVoter()
                        ? "waits for voter" + (unheard.size() == 1 ? " " : "s ") + voters + " to form a cluster"
                        : "waits for an answer of any of the voters " + voters);
    }

    /** The node is to stop before it is part of a cluster: it waits no longer. Thread: any. */
    public void giveUp() {
        ports.owner().execute(() -> {
            stopped = true;
            cancelAlarm.run();
            formed.completeExceptionally(new CancellationException("stopped before it was part of a cluster"));
        });
    }

    public void close() {
        ports.owner().execute(() -> {
            stopped = true;
            cancelAlarm.run();
        });
    }

    private long now() {
        return ports.clockMs().getAsLong();
    }

    private void step(Runnable event) {
        if (stopped) {
            return;
        }
        event.run();
        waitsFor = whatItWaitsFor();
        cancelAlarm.run();
        long dueMs = machine.nextDeadlineMs();
        cancelAlarm = stopped || dueMs == Long.MAX_VALUE
                ? () -> {}
                : ports.alarm().set(Math.max(1, dueMs - now()), () -> step(() -> machine.onTick(now())));
    }

    private <T> void onFolder(FolderWork<T> work, Consumer<T> result) {
        ports.files().execute(() -> {
            try {
                T value = work.run();
                ports.owner().execute(() -> result.accept(value));
            } catch (FormationException wrong) {
                ports.owner().execute(() -> refuse(wrong));
            } catch (IOException | RuntimeException failure) {
                ports.owner()
                        .execute(() ->
                                refuse(new FormationException("the metadata folder failed: " + failure, failure)));
            }
        });
    }

    private void refuse(FormationException why) {
        if (!stopped) {
            stopped = true;
            cancelAlarm.run();
            formed.completeExceptionally(why);
            refusal.complete(why);
        }
    }

    /** 16 random bytes in the 22 characters that Kafka's tools expect; never one that begins with a dash. */
    private String newClusterId() {
        while (true) {
            UUID uuid = ports.randomUuid().get();
            byte[] bytes = ByteBuffer.allocate(CLUSTER_ID_BYTES)
                    .putLong(uuid.getMostSignificantBits())
                    .putLong(uuid.getLeastSignificantBits())
                    .array();
            String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            if (!id.startsWith("-")) {
                return id;
            }
        }
    }

    private final class Effects implements FormationMachine.Effects {
        @Override
        public void send(int to, FormationMessage message) {
            ports.transport().send(to, message);
        }

        @Override
        public void persist(NodePromises promises) {
            onFolder(
                    () -> {
                        store.write(promises);
                        return promises;
                    },
                    written -> step(() -> machine.onPersisted(now())));
        }

        @Override
        public void formed(NodePromises promises) {
            if (me.isVoter() && !promises.isVoter()) {
                UUID formedWith = promises.voters().voters().get(me.nodeId());
                log.warn(
                        "node {} serves, but cannot vote in cluster {} with its data folder {} unless that was made a voter since: {}",
                        me.nodeId(),
                        promises.clusterId(),
                        promises.directoryId(),
                        formedWith == null
                                ? "the cluster was formed without this node; 'millrace voters --add' makes it one"
                                : "the cluster was formed with " + formedWith
                                        + "; 'A lost disk' in docs/OPERATIONS.md says what to do");
            }
            formed.complete(promises);
        }

        @Override
        public void refused(String why) {
            refuse(new FormationException(why));
        }
    }
}
