/**
 * Commands to the controller and its answers as bytes, for a node that is not the controller.
 *
 * <p>Lives here: {@link io.millrace.membership.controller.wire.ForwardedCommand} and
 * {@link io.millrace.membership.controller.wire.ForwardedAnswer}, the two frames, and the codecs of what is in them. Never
 * import here: who carries the bytes. Open {@code ForwardedCommand} first.
 */
package io.millrace.membership.controller.wire;
