package io.millrace.membership.hazelcast;

import java.util.List;
import java.util.Map;

/**
 * What one Hazelcast member needs to know: where it binds, whom it looks for, what it tells about itself.
 *
 * @param clusterName members of another name never meet; the Hazelcast minor is appended, since minors do not mix
 * @param bindHost the one interface it listens on; never a wildcard, for there is no authentication
 * @param port the first port tried
 * @param portCount how many ports from there on may be tried
 * @param seeds {@code host} or {@code host:port} of members to look for; empty means a cluster of one that joins nobody
 * @param attributes told to the other members; see {@link MemberAttributes}
 *     <p>Thread: immutable.
 */
public record MemberSettings(
        String clusterName,
        String bindHost,
        int port,
        int portCount,
        List<String> seeds,
        Map<String, String> attributes) {
    public MemberSettings {
        if (clusterName.isBlank()) {
            throw new IllegalArgumentException("cluster name must not be blank");
        }
        if (bindHost.isBlank() || bindHost.equals("0.0.0.0") || bindHost.equals("::") || bindHost.equals("*")) {
            throw new IllegalArgumentException(
                    "Hazelcast must bind to one interface, not to '" + bindHost + "': it has no authentication");
        }
        if (port < 1 || port > 65535 || portCount < 1 || portCount > 1000) {
            throw new IllegalArgumentException("not a port range: " + port + " and " + portCount + " ports from there");
        }
        seeds = List.copyOf(seeds);
        attributes = Map.copyOf(attributes);
    }
}
