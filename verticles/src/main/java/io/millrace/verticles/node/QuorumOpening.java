package io.millrace.verticles.node;

import io.millrace.log.Owner;
import io.millrace.log.store.LogDirectory;
import io.millrace.membership.quorum.QuorumNode;
import io.millrace.membership.quorum.QuorumPorts;
import io.millrace.membership.quorum.QuorumSettings;
import java.util.concurrent.CompletionStage;

/**
 * Opens the metadata log in a data directory and makes a quorum node of it.
 *
 * <p>Thread: any; completes on any.
 */
@FunctionalInterface
interface QuorumOpening {
    CompletionStage<QuorumNode> open(LogDirectory directory, QuorumSettings settings, Owner owner, QuorumPorts ports);
}
