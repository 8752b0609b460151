package io.millrace.protocol;

/**
 * Where a broker can be reached on the listener a request came in on (KIP-951 hints of Produce and Fetch).
 *
 * <p>Thread: any; immutable.
 *
 * @param rack null when the broker has none
 */
public record NodeEndpoint(int nodeId, String host, int port, String rack) {}
