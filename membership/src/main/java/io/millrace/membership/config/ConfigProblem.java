package io.millrace.membership.config;

/**
 * Something to say about a setting in a node's file: refused, or accepted without effect.
 *
 * <p>Thread: any.
 */
public record ConfigProblem(String name, String value, boolean refused, String message) {}
