/**
 * What every connection of a node reads and sends with, whatever is spoken on it.
 *
 * <p>Open {@link io.millrace.verticles.wire.FrameReads} first. Never imported here: anything of ours.
 */
package io.millrace.verticles.wire;
