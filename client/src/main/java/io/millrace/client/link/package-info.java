/**
 * The way to the nodes: sessions with credit at each node's door, frames, and who leads what.
 *
 * <p>Open {@link io.millrace.client.link.Cluster} first. Everything here lives on one Vert.x context, but for what stands on the bus'
 * connections ({@code BusAnswers}, {@code AnswerReader}: large answers are taken from there) and the messages themselves ({@code
 * DoorRequest}).
 */
package io.millrace.client.link;
