package io.millrace.membership.quorum;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * One entry of {@code cluster.voters}: who it is and where its bus listens.
 *
 * <p>Thread: immutable.
 */
public record VoterAddress(int id, String host, int port) {
    /** Equal on all nodes that were given the same voters, in whatever order. */
    public static String hash(List<VoterAddress> voters) {
        StringBuilder text = new StringBuilder();
        voters.stream().sorted(Comparator.comparingInt(VoterAddress::id)).forEach(v -> text.append(v)
                .append('\n'));
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    @Override
    public String toString() {
        return id + "@" + host + ":" + port;
    }
}
