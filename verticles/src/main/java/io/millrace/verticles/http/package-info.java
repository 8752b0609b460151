/**
 * The HTTP door for operators: {@code /metrics}, {@code /cluster}, {@code /health/live}, {@code /health/ready}.
 *
 * <p>Lives here: one plain Vert.x HTTP server and its four answers.
 *
 * <p>Never import here: vertx-web, handlers, shards; what is to be shown comes through {@code metrics} and {@code Readiness}.
 *
 * <p>Open first: {@code HttpVerticle}.
 */
package io.millrace.verticles.http;
