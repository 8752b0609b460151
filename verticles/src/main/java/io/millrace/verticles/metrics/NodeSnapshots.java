package io.millrace.verticles.metrics;

import java.util.concurrent.CompletionStage;

/**
 * Port to whoever can ask the node's parts how they are.
 *
 * <p>Thread: any; completes on any. Must complete soon and never fail because one part is slow: a part that does not answer in
 * time is left out.
 */
public interface NodeSnapshots {
    CompletionStage<NodeSnapshot> take();
}
