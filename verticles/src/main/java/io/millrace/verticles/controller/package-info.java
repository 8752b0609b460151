/**
 * The node's side of the metadata: applies what the quorum has committed, runs the controller while this node leads, and
 * gets this broker registered.
 *
 * <p>Open {@link io.millrace.verticles.controller.MetadataShell} first, then
 * {@link io.millrace.verticles.controller.CommandForwarder} for how commands get there. Decisions are in {@code membership}; here they are
 * carried out. Never imported here: the wire format of requests, Hazelcast.
 */
package io.millrace.verticles.controller;
