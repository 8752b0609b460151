package io.millrace.membership.quorum;

import java.io.IOException;
import java.util.Optional;
import java.util.UUID;

/**
 * The durable side of becoming part of a cluster.
 *
 * <p>Thread: one at a time, never the owner: it blocks.
 */
public interface FormationStore {
    /**
     * What a folder says about itself.
     *
     * @param boundTo the cluster that one of the node's folders belongs to
     * @param bound whether the folder of the promises is bound itself
     * @param holdsData whether it holds records of anything: then the node cannot be new
     * @param othersHoldData whether another folder of the node does
     * @param where the file of the promises, named in messages to a person
     */
    record Found(
            UUID directoryId,
            Optional<NodePromises> promises,
            Optional<String> boundTo,
            boolean bound,
            boolean holdsData,
            boolean othersHoldData,
            String where) {}

    Found read() throws IOException, FormationException;

    /**
     * First the promises, durably, then all folders are bound to the cluster: a folder that is bound and has no promises
     * has lost them.
     */
    void write(NodePromises promises) throws IOException, FormationException;
}
