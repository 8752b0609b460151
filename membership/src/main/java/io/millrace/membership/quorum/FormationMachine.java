package io.millrace.membership.quorum;

import io.millrace.membership.quorum.FormationMessage.Hello;
import io.millrace.membership.quorum.FormationMessage.Welcome;
import io.millrace.membership.quorum.FormationState.Formed;
import io.millrace.membership.quorum.FormationState.Persisting;
import io.millrace.membership.quorum.FormationState.Refused;
import io.millrace.membership.quorum.FormationState.Seen;
import io.millrace.membership.quorum.FormationState.Unformatted;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Makes a node part of a cluster, once. Events and the time go in, {@link Effects} come out.
 *
 * <ul>
 *   <li>A cluster is founded by the voter with the lowest id, when it has just heard from every other voter that it is not
 *       formatted and was given the same voters. It notes the directory of each: only that one may ever vote (rule Q6).
 *   <li>Everybody else joins by the welcome of a node that is part of it: as a voter when its directory is among those, else
 *       as an observer. So a crash between the first and the last folder is survived: whoever is left out asks again.
 *   <li>A formatted node never founds or joins anything again. It answers, and it makes sure that its voters are not
 *       another cluster's: if a majority of them says so and nobody of its own cluster answers, it was configured wrongly.
 *   <li>A folder that was emptied asks like a new one and finds itself with another directory id: an observer, which cannot
 *       vote with a forgotten past.
 * </ul>
 *
 * <p>Thread: the owner's. {@code nowMs} is any clock that never goes back.
 */
public final class FormationMachine {
    /** How often a question is repeated while it is open. */
    static final long HELLO_MS = 200;
    /** A voter counts as visible for so long after it was heard of. */
    static final long FRESH_MS = 2_000;

    /** What the machine wants done, in this order. */
    public interface Effects {
        void send(int to, FormationMessage message);

        /** Reported back by {@link #onPersisted}; nothing else is decided until then. */
        void persist(NodePromises promises);

        /** The node is part of a cluster and may take part in its quorum. */
        void formed(NodePromises promises);

        /** The node must end without touching anything: one sentence for a person. */
        void refused(String why);
    }

    private final NodeIdentity me;
    private final FormationStore.Found found;
    private final Effects effects;
    private final Supplier<String> newClusterId;
    private FormationState state;
    /** Whom to tell at once when this node has founded the cluster; the others ask anyway. */
    private Set<Integer> waiting = Set.of();

    public FormationMachine(
            NodeIdentity me, FormationStore.Found found, Effects effects, Supplier<String> newClusterId) {
        this.me = me;
        this.found = found;
        this.effects = effects;
        this.newClusterId = newClusterId;
        this.state = new Unformatted(Map.of(), Long.MAX_VALUE);
    }

    public void start(long nowMs) {
        String wrong = FormationRules.whatIsWrong(me, found);
        if (wrong != null) {
            refuse(wrong);
        } else if (found.promises().isPresent()) {
            form(found.promises().get(), nowMs);
        } else if (me.isAlone()) {
            persist(founded(Map.of()));
        } else {
            state = new Unformatted(Map.of(), nowMs);
            onTick(nowMs);
        }
    }

    /** To be called at {@link #nextDeadlineMs}; too early or too often does no harm. */
    public void onTick(long nowMs) {
        if (nextDeadlineMs() > nowMs) {
            return;
        }
        for (VoterAddress voter : me.voters()) {
            if (voter.id() != me.nodeId()) {
                effects.send(voter.id(), hello());
            }
        }
        if (state instanceof Unformatted asking) {
            state = asking.helloAt(nowMs + HELLO_MS);
        } else if (state instanceof Formed formed) {
            state = formed.helloAt(nowMs + HELLO_MS);
        }
    }

    /** {@link Long#MAX_VALUE} when nothing is asked any more. */
    public long nextDeadlineMs() {
        if (state instanceof Unformatted asking) {
            return asking.helloMs();
        }
        return state instanceof Formed formed ? formed.helloMs() : Long.MAX_VALUE;
    }

    private Hello hello() {
        return new Hello(
                found.directoryId(),
                me.votersHash(),
                state instanceof Formed formed ? Optional.of(formed.promises().clusterId()) : found.boundTo());
    }

    public void onMessage(int from, FormationMessage message, long nowMs) {
        if (from == me.nodeId()) {
            return;
        }
        if (state instanceof Unformatted asking) {
            if (message instanceof Hello hello) {
                onOthersHello(asking, from, hello, nowMs);
            } else if (message instanceof Welcome welcome && me.namesAsVoter(from)) {
                join(from, welcome);
            }
        } else if (state instanceof Formed formed) {
            if (message instanceof Hello) {
                effects.send(from, welcome(formed.promises()));
            } else if (message instanceof Welcome welcome) {
                onOthersCluster(formed, from, welcome.clusterId());
            }
        }
    }

    private void onOthersHello(Unformatted asking, int from, Hello hello, long nowMs) {
        if (!me.isVoter() || !me.namesAsVoter(from) || hello.clusterId().isPresent()) {
            return;
        }
        if (!hello.votersHash().equals(me.votersHash())) {
            refuse("node " + from + " was given other cluster.voters than node " + me.nodeId()
                    + ": they must be the same on all voters when a cluster forms");
            return;
        }
        boolean news = !asking.seen().containsKey(from);
        Unformatted heard = asking.with(from, new Seen(hello.directoryId(), nowMs));
        state = heard;
        if (news) {
            effects.send(from, hello());
        }
        if (me.nodeId() == me.lowestVoter() && found.boundTo().isEmpty() && seesAll(heard, nowMs)) {
            persist(founded(heard.seen()));
        }
    }

    private boolean seesAll(Unformatted asking, long nowMs) {
        return me.voters().stream().allMatch(voter -> {
            Seen seen = asking.seen().get(voter.id());
            return voter.id() == me.nodeId() || isFresh(seen, nowMs);
        });
    }

    private static boolean isFresh(Seen seen, long nowMs) {
        return seen != null && nowMs - seen.atMs() <= FRESH_MS;
    }

    private NodePromises founded(Map<Integer, Seen> others) {
        Map<Integer, UUID> voters = new TreeMap<>();
        voters.put(me.nodeId(), found.directoryId());
        others.forEach((id, seen) -> voters.put(id, seen.directoryId()));
        String clusterId = found.boundTo().or(me::clusterId).orElseGet(newClusterId);
        return promises(clusterId, new VoterSet(voters), me.votersHash());
    }

    private NodePromises promises(String clusterId, VoterSet voters, String hash) {
        return new NodePromises(clusterId, me.nodeId(), found.directoryId(), voters, hash, ElectionState.INITIAL);
    }

    private void join(int from, Welcome welcome) {
        String expected = found.boundTo().or(me::clusterId).orElse(welcome.clusterId());
        if (!expected.equals(welcome.clusterId())) {
            refuse("node " + from + " belongs to cluster " + welcome.clusterId() + ", " + found.where() + " to cluster "
                    + expected);
            return;
        }
        NodePromises joined = promises(welcome.clusterId(), welcome.voters(), welcome.votersHash());
        if (joined.isVoter() && !welcome.votersHash().equals(me.votersHash())) {
            refuse("the cluster " + welcome.clusterId() + " of node " + from
                    + " was formed with other cluster.voters than node " + me.nodeId() + " was given");
            return;
        }
        persist(joined);
    }

    private void persist(NodePromises promises) {
        waiting = ((Unformatted) state).seen().keySet();
        state = new Persisting(promises);
        effects.persist(promises);
    }

    public void onPersisted(long nowMs) {
        NodePromises promises = ((Persisting) state).promises();
        form(promises, nowMs);
        waiting.forEach(voter -> effects.send(voter, welcome(promises)));
    }

    private void form(NodePromises promises, long nowMs) {
        state = new Formed(promises, Set.of(), me.isAlone(), me.isAlone() ? Long.MAX_VALUE : nowMs);
        effects.formed(promises);
        onTick(nowMs);
    }

    private static Welcome welcome(NodePromises promises) {
        return new Welcome(promises.clusterId(), promises.voters(), promises.votersHash());
    }

    private void onOthersCluster(Formed formed, int from, String clusterId) {
        if (clusterId.equals(formed.promises().clusterId())) {
            state = formed.toSettled();
        } else if (!formed.settled() && me.namesAsVoter(from)) {
            Formed doubting = formed.withForeign(from);
            state = doubting;
            if (doubting.foreign().size() >= me.majority()) {
                refuse(found.where() + " belongs to cluster "
                        + formed.promises().clusterId() + ", but the voters " + doubting.foreign()
                        + " that this node was given are part of cluster " + clusterId);
            }
        }
    }

    /** Voters that a node without a cluster has not just heard from; empty when it is part of one. */
    List<VoterAddress> unheard(long nowMs) {
        return state instanceof Unformatted asking
                ? me.voters().stream()
                        .filter(voter -> voter.id() != me.nodeId()
                                && !isFresh(asking.seen().get(voter.id()), nowMs))
                        .toList()
                : List.of();
    }

    /** The quorum works: there is nothing left to find out. */
    public void onQuorumSettled() {
        if (state instanceof Formed formed) {
            state = formed.toSettled();
        }
    }

    private void refuse(String why) {
        state = new Refused(why);
        effects.refused(why);
    }
}
