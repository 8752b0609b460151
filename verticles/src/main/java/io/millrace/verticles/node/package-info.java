/**
 * What a handler may use of its node, as one interface.
 *
 * <p>Open {@link io.millrace.verticles.node.Node} first. The assembly in {@code main} implements it; tests fake it.
 */
package io.millrace.verticles.node;
