package io.millrace.membership.controller;

/**
 * A config as a request names it; the value may be null.
 *
 * <p>Thread: any.
 */
public record NamedValue(String name, String value) {}
