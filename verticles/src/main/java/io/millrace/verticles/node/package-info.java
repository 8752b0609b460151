/**
 * A broker as a whole: its parts in the order in which they start and stop, and what a handler may use of it.
 *
 * <p>Lives here: {@link io.millrace.verticles.node.Broker}, which puts folders, shards, metadata, listeners and the door together;
 * {@link io.millrace.verticles.node.MetadataVerticle}, the actor of the quorum, the controller and the registration.
 *
 * <p>Open {@link io.millrace.verticles.node.Node} first: all that handlers see. {@code Broker} implements it; tests fake it.
 */
package io.millrace.verticles.node;
