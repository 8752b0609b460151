package io.millrace.verticles.controller;

import io.millrace.log.Owner;
import io.millrace.membership.quorum.QuorumPorts;
import io.millrace.verticles.node.ControllerGateway;
import io.vertx.core.Vertx;

/**
 * Puts the way of commands together: those of this node go to the controller wherever it is, those of others come in.
 *
 * <p>Thread: the metadata's context.
 */
public final class Forwarding {
    private Forwarding() {}

    /** Called on the metadata's context, where commands of other nodes arrive from then on. */
    public static ControllerGateway between(
            Vertx vertx,
            Owner owner,
            QuorumPorts.Alarm alarm,
            int self,
            ActiveController controller,
            MetadataPublisher metadata) {
        BusCommands bus = new BusCommands(vertx, owner, controller);
        bus.listen(self);
        return new CommandForwarder(self, owner, controller, bus, metadata, alarm);
    }
}
