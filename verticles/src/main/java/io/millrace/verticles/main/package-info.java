/**
 * The process: command line, start sequence, shutdown, exit codes.
 *
 * <p>Lives here: the only code that knows every other part, and only to put them together and to order their lives.
 *
 * <p>Never import here: nothing is barred, but nobody imports this package.
 *
 * <p>Open first: {@code Main}, then {@code NodeRuntime}, which reads as the list of what a node is made of.
 */
package io.millrace.verticles.main;
