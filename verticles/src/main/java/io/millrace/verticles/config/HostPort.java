package io.millrace.verticles.config;

/**
 * An address as people write it: {@code host:port}, {@code [v6]:port}.
 *
 * <p>Thread: any; immutable.
 *
 * @param host name or address, IPv6 without brackets, never empty
 * @param port 0 (any free one, binds only) to 65535
 */
public record HostPort(String host, int port) {

    /** Reads {@code text}; the exception's message says what is wrong with it. */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("it has no port: write host:port");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("an IPv6 address goes in brackets: [::1]:9092");
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("it has no host: write host:port");
        }
        int port;
        try {
            port = Integer.parseInt(text.substring(colon + 1));
        } catch (NumberFormatException e) {
            port = -1;
        }
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("the port is a number from 0 to 65535");
        }
        return new HostPort(host, port);
    }

    /** True for the addresses that mean "every interface", which no client can connect to. */
    public boolean isWildcard() {
        return host.equals("0.0.0.0") || host.equals("*") || host.equals("::") || host.equals("0:0:0:0:0:0:0:0");
    }

    public HostPort withPort(int otherPort) {
        return new HostPort(host, otherPort);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
