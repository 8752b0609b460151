package io.millrace.membership.quorum;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Makes a folder part of a cluster, once; afterwards only makes sure that it is the right folder.
 *
 * <p>A cluster of one forms itself on an empty folder. A formatted folder is never formed again: ids of cluster, node,
 * directory and voters must be those it was formed with (addresses of voters may change).
 *
 * <p>The log directory may be bound to its cluster before or after: a crash in between is told from a lost file by what
 * else is there.
 *
 * <p>Thread: one; blocks.
 */
public final class Formation {
    private static final int CLUSTER_ID_BYTES = 16;

    private final QuorumStateFile file;
    private final Supplier<UUID> randomUuid;

    /** @param randomUuid for the cluster id; {@code UUID::randomUUID} but in tests */
    public Formation(QuorumStateFile file, Supplier<UUID> randomUuid) {
        this.file = file;
        this.randomUuid = randomUuid;
    }

    /**
     * @param directoryCluster the cluster that the log directory says it belongs to
     * @param hasData whether the log directory holds records of anything: then it cannot be new
     * @param wantedClusterId from the configuration; empty: whatever the folder says, or a new one
     */
    public NodePromises form(
            int nodeId,
            UUID directoryId,
            Optional<String> directoryCluster,
            boolean hasData,
            Optional<String> wantedClusterId,
            List<VoterAddress> voters)
            throws IOException, FormationException {
        Optional<NodePromises> stored = file.read();
        if (stored.isPresent()) {
            check(stored.get(), nodeId, directoryId, directoryCluster, wantedClusterId, voters);
            return stored.get();
        }
        if (hasData) {
            throw new FormationException(file.path() + " is missing but the log directory holds data"
                    + directoryCluster.map(id -> " of cluster " + id).orElse("")
                    + ": restore the file, or start with an empty folder");
        }
        return formNew(nodeId, directoryId, directoryCluster.or(() -> wantedClusterId), voters);
    }

    private NodePromises formNew(int nodeId, UUID directoryId, Optional<String> clusterId, List<VoterAddress> voters)
            throws IOException, FormationException {
        if (voters.size() != 1 || voters.get(0).id() != nodeId) {
            throw new FormationException("only a cluster whose one voter is this node (" + nodeId
                    + ") forms itself; the configured voters are " + voters);
        }
        NodePromises fresh = new NodePromises(
                clusterId.orElseGet(this::newClusterId),
                nodeId,
                directoryId,
                List.of(nodeId),
                VoterAddress.hash(voters),
                ElectionState.INITIAL);
        file.write(fresh);
        return fresh;
    }

    /** 16 random bytes in the 22 characters that Kafka's tools expect; never one that begins with a dash. */
    private String newClusterId() {
        while (true) {
            UUID uuid = randomUuid.get();
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

    private void check(
            NodePromises stored,
            int nodeId,
            UUID directoryId,
            Optional<String> directoryCluster,
            Optional<String> wantedClusterId,
            List<VoterAddress> voters)
            throws FormationException {
        List<Integer> ids = voters.stream().map(VoterAddress::id).sorted().toList();
        if (stored.nodeId() != nodeId) {
            throw refused("node " + stored.nodeId(), "node " + nodeId);
        }
        if (wantedClusterId.isPresent() && !stored.clusterId().equals(wantedClusterId.get())) {
            throw refused("cluster " + stored.clusterId(), "cluster " + wantedClusterId.get());
        }
        if (directoryCluster.isPresent() && !stored.clusterId().equals(directoryCluster.get())) {
            throw refused("cluster " + stored.clusterId(), "a log directory of cluster " + directoryCluster.get());
        }
        if (!stored.directoryId().equals(directoryId)) {
            throw refused("directory " + stored.directoryId(), "directory " + directoryId);
        }
        if (!stored.voterIds().equals(ids)) {
            throw refused("the voters " + stored.voterIds(), "the voters " + ids);
        }
    }

    private FormationException refused(String formedWith, String startedWith) {
        return new FormationException(
                file.path() + " was formed with " + formedWith + ", this node was started with " + startedWith);
    }
}
