package io.millrace.client.link;

/**
 * How a client reaches the cluster.
 *
 * <p>Thread: immutable.
 *
 * @param anyAddress where any node answers
 * @param clientId the client's name for itself
 * @param creditBytes request bytes that may be in flight at one node; a node may give less
 * @param requestTimeoutMs until an answer is given up, beyond what the request itself waits
 */
public record LinkSettings(String anyAddress, String clientId, int creditBytes, long requestTimeoutMs) {
    /** The public address of the cluster. */
    public static final String ANY = "millrace.door";
}
