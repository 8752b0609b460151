/**
 * What every connection of a node reads with, whatever is spoken on it.
 *
 * <p>Never imported here: anything of ours.
 */
package io.millrace.verticles.wire;
