package io.millrace.verticles.replication;

import io.millrace.membership.controller.AlterPartition;
import io.vertx.core.Future;

/**
 * The way of proposals to the active controller, wherever it is.
 *
 * <p>Thread: any; the future completes on any.
 */
@FunctionalInterface
public interface IsrGateway {
    Future<AlterPartition.Outcome> submit(AlterPartition proposals);
}
