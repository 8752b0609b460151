/**
 * The way to the nodes: sessions with credit at each node's door, frames, and who leads what.
 *
 * <p>Open {@link io.millrace.client.link.Cluster} first. Everything here lives on one Vert.x context.
 */
package io.millrace.client.link;
