package io.millrace.verticles.quorum;

import io.millrace.membership.quorum.FormationMessage;
import io.millrace.membership.quorum.FormationMessageCodec;
import io.millrace.membership.quorum.FormationNode;
import io.millrace.membership.quorum.QuorumMessage;
import io.millrace.membership.quorum.QuorumMessageCodec;
import io.millrace.membership.quorum.QuorumNode;
import io.millrace.membership.quorum.QuorumPorts;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/**
 * The addresses {@code b.<id>.form} and {@code b.<id>.raft} of this node: bytes become messages and find whom they are for.
 *
 * <p>A message of another cluster never reaches the quorum, whoever sent it.
 *
 * <p>Thread: one event loop.
 */
public final class QuorumDoor implements QuorumPorts.Transport, FormationNode.Transport {
    private static final String FORM = "form";
    private static final String RAFT = "raft";

    private final PeerBus bus;
    private final Set<String> strangers = new HashSet<>();
    private FormationNode formation;
    private QuorumNode quorum;
    private String clusterId = "";
    private boolean metOurs;

    public QuorumDoor(PeerBus bus) {
        this.bus = bus;
    }

    /** Opens the door for those who form a cluster. */
    public Future<Void> openFor(FormationNode node) {
        formation = node;
        return bus.consume(FORM, this::onFormation);
    }

    /** Opens the door for the quorum of this cluster. */
    public Future<Void> openFor(QuorumNode node, String ofCluster) {
        quorum = node;
        clusterId = ofCluster;
        return bus.consume(RAFT, this::onRaft);
    }

    private void onFormation(int from, String theirCluster, ByteBuffer payload) {
        formation.receive(from, FormationMessageCodec.decode(payload));
    }

    private void onRaft(int from, String theirCluster, ByteBuffer payload) {
        if (!theirCluster.equals(clusterId)) {
            if (strangers.size() < 100 && strangers.add(from + theirCluster)) {
                bus.complain("node " + from + " belongs to cluster " + theirCluster + ", this one to " + clusterId
                        + ": what it says about the metadata is not listened to");
            }
            return;
        }
        if (!metOurs) {
            metOurs = true;
            formation.quorumSettled();
        }
        quorum.receive(from, QuorumMessageCodec.decode(payload));
    }

    @Override
    public void send(int to, QuorumMessage message) {
        bus.send(to, RAFT, clusterId, QuorumMessageCodec.encode(message));
    }

    @Override
    public void send(int to, FormationMessage message) {
        bus.send(to, FORM, clusterId, FormationMessageCodec.encode(message));
    }

    public Future<Void> close() {
        return bus.close();
    }
}
