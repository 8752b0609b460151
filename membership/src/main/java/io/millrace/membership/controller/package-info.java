/**
 * The one who decides for the cluster: commands in, records and an answer out, committed records back in.
 *
 * <p>Lives here: {@link io.millrace.membership.controller.ControllerMachine}, the commands that others send it with
 * their outcomes, and the pure parts it is made of. Never import here: threads, clocks, files, the quorum, Vert.x,
 * Hazelcast. Open {@link io.millrace.membership.controller.ControllerCommand} first for what can be asked, then
 * {@code ControllerMachine}.
 */
package io.millrace.membership.controller;
