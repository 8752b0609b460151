package io.millrace.verticles.group;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.SyncGroupResponseData;

/**
 * A member of a classic group: who it is, which protocols it offers, what it has been assigned, and what it waits for.
 *
 * <p>Thread: the machine's. Durable as of its group's last record; whom it waits for, its deadline and {@link #isNew} are
 * not.
 */
final class ClassicMember {
    static final byte[] NOTHING = {};

    /** A protocol that a member offers, with its metadata for it, opaque to the coordinator. */
    record Protocol(String name, byte[] metadata) {}

    private final String id;
    private final String instanceId;
    private final String clientId;
    private final String clientHost;
    private int rebalanceTimeoutMs;
    private int sessionTimeoutMs;
    private List<Protocol> protocols;
    private byte[] assignment = NOTHING;
    private boolean isNew;
    private Consumer<JoinGroupResponseData> joining;
    private Consumer<SyncGroupResponseData> syncing;
    /** When the member is given up; set by the group it is in. */
    Deadline session;

    ClassicMember(
            String id,
            String instanceId,
            String clientId,
            String clientHost,
            int rebalanceTimeoutMs,
            int sessionTimeoutMs,
            List<Protocol> protocols) {
        this.id = id;
        this.instanceId = instanceId;
        this.clientId = clientId;
        this.clientHost = clientHost;
        this.rebalanceTimeoutMs = rebalanceTimeoutMs;
        this.sessionTimeoutMs = sessionTimeoutMs;
        this.protocols = protocols;
    }

    /** The same member under another id: a static member that has come back (KIP-345). */
    ClassicMember renamed(String newId) {
        ClassicMember member = new ClassicMember(
                newId, instanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, protocols);
        member.assignment = assignment;
        return member;
    }

    /** A request's protocols, of each name the first. */
    static List<Protocol> protocols(JoinGroupRequestProtocolCollection request) {
        List<Protocol> protocols = new ArrayList<>(request.size());
        Set<String> names = new HashSet<>();
        request.forEach(offered -> {
            if (names.add(offered.name())) {
                protocols.add(new Protocol(offered.name(), offered.metadata()));
            }
        });
        return protocols;
    }

    String id() {
        return id;
    }

    Optional<String> instanceId() {
        return Optional.ofNullable(instanceId);
    }

    boolean isStatic() {
        return instanceId != null;
    }

    String clientId() {
        return clientId;
    }

    String clientHost() {
        return clientHost;
    }

    int rebalanceTimeoutMs() {
        return rebalanceTimeoutMs;
    }

    int sessionTimeoutMs() {
        return sessionTimeoutMs;
    }

    List<Protocol> protocols() {
        return protocols;
    }

    /** Only the roster calls this: it counts what its members offer. */
    void update(List<Protocol> newProtocols, int newRebalanceTimeoutMs, int newSessionTimeoutMs) {
        protocols = newProtocols;
        rebalanceTimeoutMs = newRebalanceTimeoutMs;
        sessionTimeoutMs = newSessionTimeoutMs;
    }

    /** Whether these are exactly the protocols that it has joined with, metadata and order included. */
    boolean offersExactly(List<Protocol> others) {
        if (protocols.size() != others.size()) {
            return false;
        }
        for (int i = 0; i < others.size(); i++) {
            if (!protocols.get(i).name.equals(others.get(i).name)
                    || !Arrays.equals(protocols.get(i).metadata, others.get(i).metadata)) {
                return false;
            }
        }
        return true;
    }

    /** The protocol that it likes best among these. */
    String vote(Set<String> candidates) {
        for (Protocol protocol : protocols) {
            if (candidates.contains(protocol.name)) {
                return protocol.name;
            }
        }
        throw new IllegalStateException("member " + id + " supports none of " + candidates);
    }

    byte[] metadata(String protocolName) {
        for (Protocol protocol : protocols) {
            if (protocol.name.equals(protocolName)) {
                return protocol.metadata;
            }
        }
        throw new IllegalStateException("member " + id + " does not support " + protocolName);
    }

    byte[] assignment() {
        return assignment;
    }

    void assign(byte[] newAssignment) {
        assignment = newAssignment;
    }

    boolean isNew() {
        return isNew;
    }

    void setNew(boolean on) {
        isNew = on;
    }

    boolean isJoining() {
        return joining != null;
    }

    boolean isSyncing() {
        return syncing != null;
    }

    /** Only the roster calls this: it counts who waits. */
    Consumer<JoinGroupResponseData> swapJoining(Consumer<JoinGroupResponseData> answer) {
        Consumer<JoinGroupResponseData> before = joining;
        joining = answer;
        return before;
    }

    void awaitSync(Consumer<SyncGroupResponseData> answer) {
        syncing = answer;
    }

    /** Answers a waiting SyncGroup; false when there is none. */
    boolean answerSync(SyncGroupResponseData response) {
        Consumer<SyncGroupResponseData> answer = syncing;
        syncing = null;
        if (answer == null) {
            return false;
        }
        answer.accept(response);
        return true;
    }

    /**
     * A member whose request is parked here is alive whatever its session says, as it cannot send heartbeats meanwhile.
     * A new one does not even know its id, so its parked join has a time limit of its own.
     */
    boolean isExcused() {
        return !isNew && (isJoining() || isSyncing());
    }
}
