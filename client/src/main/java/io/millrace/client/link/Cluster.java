package io.millrace.client.link;

import io.millrace.client.LogError;
import io.millrace.client.LogException;
import io.millrace.client.TopicPartition;
import io.millrace.client.message.Metadata;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * What a client knows of the cluster: its nodes, and who leads the partitions of the topics that it uses.
 *
 * <p>Requests that carry records and those that ask the way have sessions of their own, so that asking is never stuck behind
 * records on their way to a node that hangs.
 *
 * <p>Thread: the client's context.
 */
public final class Cluster {
    /** Short: another node is asked when this one does not answer, and whoever needs a leader waits meanwhile. */
    private static final long METADATA_TIMEOUT_MS = 400;

    private static final int CONTROL_CREDIT_BYTES = 64 << 10;
    private static final String NODE_SEPARATOR = ".";
    /** Topics of which nothing is known: their names may come from an application's own clients, and without end. */
    private static final int MOST_REFUSED = 10_000;

    private final Vertx vertx;
    private final Context context;
    private final LinkSettings settings;
    private final Map<Integer, DoorNode> data = new HashMap<>();
    private final Map<Integer, DoorNode> control = new HashMap<>();
    private final DoorNode any;
    private final Map<String, Known> topics = new HashMap<>();
    private final TreeSet<Integer> brokers = new TreeSet<>();
    private final Set<Integer> doubted = new HashSet<>();
    private final Set<String> asked = new LinkedHashSet<>();
    private final Set<String> askedNext = new LinkedHashSet<>();
    private final List<Promise<Void>> askedBy = new ArrayList<>();
    private final List<Promise<Void>> askedNextBy = new ArrayList<>();
    /** Whoever asks looks at once: those of long ago are of no use. */
    private final Map<String, LogError> refused = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, LogError> eldest) {
            return size() > MOST_REFUSED;
        }
    };

    private boolean asking;
    private boolean unanswered;
    private boolean closed;
    private int turn;

    /** A topic and who leads its partitions, null where nobody has been told. */
    private record Known(UUID id, Leader[] leaders) {}

    public Cluster(Vertx vertx, Context context, LinkSettings settings) {
        this.vertx = vertx;
        this.context = context;
        this.settings = settings;
        this.any = new DoorNode(vertx, context, settings.anyAddress(), settings.clientId(), CONTROL_CREDIT_BYTES);
    }

    /** The address of one node's door. */
    static String addressOf(int brokerId) {
        return LinkSettings.ANY + NODE_SEPARATOR + brokerId;
    }

    /** A node, for requests that carry records. */
    public DoorNode data(int brokerId) {
        return data.computeIfAbsent(brokerId, id -> node(id, settings.creditBytes()));
    }

    /** A node, for all other requests. */
    public DoorNode control(int brokerId) {
        return control.computeIfAbsent(brokerId, id -> node(id, CONTROL_CREDIT_BYTES));
    }

    private DoorNode node(int brokerId, int creditBytes) {
        DoorNode node = new DoorNode(vertx, context, addressOf(brokerId), settings.clientId(), creditBytes);
        if (closed) {
            node.close();
        }
        return node;
    }

    /**
     * Asks another node with every call while nodes are known, else anybody on the public address. Those in doubt are left out while
     * others answer: asking them would take as long as the doubt did.
     */
    public Future<WireReader> askAnybody(
            short api, short version, int expectedBytes, long timeoutMs, Consumer<WireWriter> body) {
        return anybody().callWhole(api, version, expectedBytes, timeoutMs, body).onComplete(answer -> {
            unanswered = answer.failed();
            if (unanswered) {
                // Who was left may be dead, and who was left out back: a doubt does not end by itself.
                doubted.clear();
            }
        });
    }

    private DoorNode anybody() {
        List<DoorNode> choices = choices(unanswered ? Set.of() : doubted);
        if (choices.isEmpty()) {
            choices = choices(Set.of());
        }
        return choices.get(turn++ % choices.size());
    }

    private List<DoorNode> choices(Set<Integer> leftOut) {
        List<DoorNode> choices = new ArrayList<>();
        // Before it has a session it is whoever the bus chooses.
        if (leftOut.isEmpty() || any.brokerId() >= 0 && !leftOut.contains(any.brokerId())) {
            choices.add(any);
        }
        for (int broker : brokers) {
            if (!leftOut.contains(broker)) {
                choices.add(control(broker));
            }
        }
        return choices;
    }

    /** A node owes an answer for long: others are asked the way, until one of them does not answer either. */
    public void doubt(int brokerId) {
        doubted.add(brokerId);
    }

    /** It has answered. */
    public void trust(int brokerId) {
        doubted.remove(brokerId);
    }

    /** The partitions of a topic, -1 when not known. */
    public int partitionCount(String topic) {
        Known known = topics.get(topic);
        return known == null ? -1 : known.leaders().length;
    }

    /** The partitions of a topic, as they are now. */
    public Future<List<TopicPartition>> partitionsOf(String topic) {
        return refresh(List.of(topic)).compose(answered -> {
            int count = partitionCount(topic);
            if (count < 0) {
                LogError refusal = refusal(topic);
                return Future.failedFuture(
                        new LogException(refusal == null ? LogError.LEADER_NOT_AVAILABLE : refusal, topic));
            }
            return Future.succeededFuture(IntStream.range(0, count)
                    .mapToObj(partition -> new TopicPartition(topic, partition))
                    .toList());
        });
    }

    /** Who leads a partition; {@link Leader#isKnown} is false when nobody is known. */
    public Leader leader(TopicPartition partition) {
        Known known = topics.get(partition.topic());
        Leader found = known == null || partition.partition() >= known.leaders().length
                ? null
                : known.leaders()[partition.partition()];
        return found == null ? new Leader(Leader.NOBODY, -1) : found;
    }

    /** Why the last metadata had nothing for a topic, or null. */
    public LogError refusal(String topic) {
        return refused.get(topic);
    }

    /** Forgets a topic that seems to have been deleted. */
    public void forget(String topic) {
        topics.remove(topic);
    }

    /**
     * Asks for the leaders of topics. Askers that come while an answer is under way share the next one.
     *
     * @return done when an answer is in, whatever it says of the topics; fails when this node had none
     */
    public Future<Void> refresh(Collection<String> wanted) {
        Promise<Void> promise = Promise.promise();
        if (asking) {
            askedNext.addAll(wanted);
            askedNextBy.add(promise);
            return promise.future();
        }
        asked.clear();
        asked.addAll(wanted);
        askedBy.add(promise);
        ask();
        return promise.future();
    }

    private void ask() {
        asking = true;
        List<String> names = List.copyOf(asked);
        int bytes = 64;
        for (String name : names) {
            bytes += name.length() + 20;
        }
        // The heads of a flexible version's request and answer end with tagged fields.
        askAnybody(
                        Metadata.API,
                        Metadata.VERSION,
                        bytes,
                        METADATA_TIMEOUT_MS,
                        out -> Metadata.write(out.noTags(), names, true))
                .map(in -> {
                    in.skipTags();
                    return Metadata.read(in);
                })
                .onComplete(answer -> {
                    asking = false;
                    List<Promise<Void>> told = List.copyOf(askedBy);
                    askedBy.clear();
                    if (answer.succeeded()) {
                        learn(answer.result());
                        told.forEach(Promise::complete);
                    } else {
                        told.forEach(promise -> promise.fail(LogException.of(answer.cause())));
                    }
                    askNext();
                });
    }

    private void askNext() {
        if (asking || askedNextBy.isEmpty()) {
            return;
        }
        asked.clear();
        asked.addAll(askedNext);
        askedNext.clear();
        askedBy.addAll(askedNextBy);
        askedNextBy.clear();
        ask();
    }

    private void learn(Metadata.Answer answer) {
        if (!answer.brokers().isEmpty()) {
            brokers.clear();
            brokers.addAll(answer.brokers());
            // Who has left and comes back is asked as any other.
            doubted.retainAll(brokers);
        }
        answer.topics().forEach((name, told) -> {
            LogError error = LogError.ofCode(told.error());
            if (error == null && told.leaders().length > 0) {
                refused.remove(name);
                merge(name, told);
            } else {
                refused.put(name, error == null ? LogError.LEADER_NOT_AVAILABLE : error);
                if (error == LogError.UNKNOWN_TOPIC_OR_PARTITION) {
                    topics.remove(name);
                }
            }
        });
    }

    /**
     * A node that lags behind must not take back what a newer one has told. Of a topic that was deleted and created anew nothing was known:
     * its epochs begin anew, and those of the former one would be newer for ever.
     */
    private void merge(String name, Metadata.Topic told) {
        Known known = topics.get(name);
        Leader[] before = known == null || !known.id().equals(told.id()) ? new Leader[0] : known.leaders();
        // A topic never has fewer partitions than it had.
        Leader[] leaders = Arrays.copyOf(told.leaders(), Math.max(told.leaders().length, before.length));
        for (int index = 0; index < before.length; index++) {
            if (before[index] != null && (leaders[index] == null || leaders[index].epoch() < before[index].epoch())) {
                leaders[index] = before[index];
            }
        }
        topics.put(name, new Known(told.id(), leaders));
    }

    /** The time that a request may take beyond what it waits itself. */
    public long requestTimeoutMs() {
        return settings.requestTimeoutMs();
    }

    /** Gives all sessions back. */
    public Future<Void> close() {
        closed = true;
        List<Future<Void>> closed = new ArrayList<>();
        closed.add(any.close());
        data.values().forEach(node -> closed.add(node.close()));
        control.values().forEach(node -> closed.add(node.close()));
        return Future.join(closed).mapEmpty();
    }
}
