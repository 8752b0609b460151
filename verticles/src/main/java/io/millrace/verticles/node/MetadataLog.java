package io.millrace.verticles.node;

import io.millrace.log.Owner;
import io.millrace.log.store.LogDirectory;
import io.millrace.membership.quorum.QuorumNode;
import io.millrace.membership.quorum.QuorumPorts;
import io.millrace.membership.quorum.QuorumSettings;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** temp */
final class MetadataLog {
    static CompletionStage<QuorumNode> open(LogDirectory d, QuorumSettings s, Owner o, QuorumPorts p) {
        return CompletableFuture.failedFuture(new IllegalStateException("no store yet"));
    }
}
