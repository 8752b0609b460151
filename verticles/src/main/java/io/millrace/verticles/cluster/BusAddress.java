package io.millrace.verticles.cluster;

import java.util.Optional;

/**
 * An event-bus address of one broker's service: {@code b.<brokerId>.<service>}.
 *
 * <p>The whole prefix {@code b.} is reserved: no such address is ever stored in or looked up from Hazelcast, so nobody
 * outside can take one over or reach one by name.
 *
 * <p>Thread: immutable.
 */
public record BusAddress(int brokerId, String service) {
    private static final String PREFIX = "b.";
    private static final int MAX_LENGTH = 128;

    public BusAddress {
        if (brokerId < 0) {
            throw new IllegalArgumentException("broker id must not be negative: " + brokerId);
        }
        if (service.isEmpty() || service.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("service must have 1 to " + MAX_LENGTH + " characters: " + service);
        }
    }

    /** Whether the address belongs to the brokers' own scheme, well formed or not. */
    public static boolean isReserved(String address) {
        return address.startsWith(PREFIX);
    }

    /** Empty when the address is reserved but malformed, such as {@code b.x.raft}. */
    public static Optional<BusAddress> parse(String address) {
        int dot = address.indexOf('.', PREFIX.length());
        if (!isReserved(address) || dot < 0 || dot - PREFIX.length() > 10 || dot + 1 == address.length()) {
            return Optional.empty();
        }
        try {
            BusAddress parsed = new BusAddress(
                    Integer.parseUnsignedInt(address.substring(PREFIX.length(), dot)), address.substring(dot + 1));
            // One spelling per address: what a selector has cached is found again by it.
            return parsed.toString().equals(address) ? Optional.of(parsed) : Optional.empty();
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return PREFIX + brokerId + "." + service;
    }
}
