package io.millrace.membership.quorum;

import io.millrace.membership.quorum.FormationStore.Found;

/**
 * Why a folder cannot be this node's, in one sentence for a person.
 *
 * <p>Thread: any; pure.
 */
final class FormationRules {
    private FormationRules() {}

    /** Null when nothing is wrong. */
    static String whatIsWrong(NodeIdentity me, Found found) {
        if (found.promises().isEmpty()) {
            return whatIsWrongWithoutPromises(me, found);
        }
        NodePromises stored = found.promises().get();
        if (stored.nodeId() != me.nodeId()) {
            return refused(found, "node " + stored.nodeId(), "node " + me.nodeId());
        }
        if (me.clusterId().isPresent()
                && !stored.clusterId().equals(me.clusterId().get())) {
            return refused(
                    found,
                    "cluster " + stored.clusterId(),
                    "cluster " + me.clusterId().get());
        }
        if (found.boundTo().isPresent()
                && !stored.clusterId().equals(found.boundTo().get())) {
            return refused(
                    found,
                    "cluster " + stored.clusterId(),
                    "a log directory of cluster " + found.boundTo().get());
        }
        if (!stored.directoryId().equals(found.directoryId())) {
            return refused(found, "directory " + stored.directoryId(), "directory " + found.directoryId());
        }
        return null;
    }

    private static String whatIsWrongWithoutPromises(NodeIdentity me, Found found) {
        String of = found.boundTo().map(id -> " of cluster " + id).orElse("");
        String cluster = found.boundTo().map(id -> " cluster " + id).orElse(" a cluster");
        if (found.holdsData()) {
            return found.where() + " is missing but the log directory holds data" + of
                    + ": restore the file, or start with an empty folder";
        }
        if (me.isAlone() && found.othersHoldData()) {
            // Alone there is nobody who still knows what those topics are.
            return found.where() + " is missing but another log directory holds data" + of
                    + ": restore the folder, or start with empty ones";
        }
        if (found.bound()) {
            return found.where() + " is missing but its log directory was part of" + cluster
                    + ": what this node promised there is lost and it must not vote again; restore the folder, or"
                    + " empty the log directory";
        }
        if (me.isAlone() && found.boundTo().isPresent()) {
            // It would found another cluster under the same id, and forget every topic that has no records yet.
            return found.where() + " is missing but another log directory was part of" + cluster
                    + ": restore the folder, or start with empty ones";
        }
        if (found.boundTo().isPresent()
                && me.clusterId().isPresent()
                && !found.boundTo().equals(me.clusterId())) {
            return "the log directory belongs to cluster " + found.boundTo().get()
                    + ", this node was started with cluster " + me.clusterId().get();
        }
        return null;
    }

    private static String refused(Found found, String formedWith, String startedWith) {
        return found.where() + " was formed with " + formedWith + ", this node was started with " + startedWith;
    }
}
