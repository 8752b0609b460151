package io.millrace.membership.quorum;

import io.millrace.log.batch.Crc;
import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The file {@code quorum-state}: text, one {@code key=value} per line, the CRC32C of everything above in the last line.
 *
 * <pre>
 *   version=2
 *   cluster.id=...     node.id=...      directory.id=...
 *   voters=1:DIRECTORY_ID,2:DIRECTORY_ID,3:DIRECTORY_ID
 *   voters.hash=...
 *   epoch=7            voted.id=2       (-1: none)
 *   crc32c=xxxxxxxx
 * </pre>
 *
 * <p>Version 1 named the voters without their directories ({@code voters=1}); it is read as that of a cluster of one.
 *
 * <p>Written anew for every epoch and vote: a temporary file, synced, renamed over the old one, then the folder is
 * synced (rule Q1). A crash leaves the old or the new content, never a mixture.
 *
 * <p>Thread: one at a time; blocks.
 */
public final class QuorumStateFile {
    public static final String NAME = "quorum-state";
    private static final int VERSION = 2;
    private static final int MAX_BYTES = 64 * 1024;
    private static final String CRC_KEY = "crc32c=";

    private final Disk disk;
    private final Path folder;

    public QuorumStateFile(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
    }

    public Path path() {
        return folder.resolve(NAME);
    }

    /** Empty when this directory was never formatted. */
    public Optional<NodePromises> read() throws IOException, FormationException {
        if (!disk.exists(path())) {
            return Optional.empty();
        }
        try (DiskFile file = disk.open(path(), OpenMode.READ)) {
            if (file.size() > MAX_BYTES) {
                throw damaged("it is larger than " + MAX_BYTES + " bytes");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            while (bytes.hasRemaining() && file.read(bytes, bytes.position()) > 0) {
                // Reads may be short.
            }
            return Optional.of(parse(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8)));
        }
    }

    /** Makes the folder too, durably: what is synced inside of it is worth no more than its own name. */
    public void write(NodePromises promises) throws IOException {
        if (!disk.exists(folder)) {
            disk.createDirectories(folder);
            disk.syncDirectory(folder.getParent());
        }
        Path temporary = folder.resolve(NAME + ".tmp");
        try (DiskFile file = disk.open(temporary, OpenMode.CREATE)) {
            file.truncate(0);
            file.writeFully(ByteBuffer.wrap(format(promises).getBytes(StandardCharsets.UTF_8)), 0);
            file.sync();
        }
        disk.rename(temporary, path());
        disk.syncDirectory(folder);
    }

    private static String format(NodePromises p) {
        String text = "version=" + VERSION + "\n"
                + "cluster.id=" + p.clusterId() + "\n"
                + "node.id=" + p.nodeId() + "\n"
                + "directory.id=" + p.directoryId() + "\n"
                + "voters="
                + String.join(
                        ",",
                        p.voters().voters().entrySet().stream()
                                .map(voter -> voter.getKey() + ":" + voter.getValue())
                                .toList())
                + "\n"
                + "voters.hash=" + p.votersHash() + "\n"
                + "epoch=" + p.election().epoch() + "\n"
                + "voted.id=" + p.election().votedId() + "\n";
        return text + CRC_KEY + crc(text) + "\n";
    }

    private NodePromises parse(String text) throws FormationException {
        int last = text.lastIndexOf(CRC_KEY);
        if (last < 0 || !text.substring(last + CRC_KEY.length()).strip().equals(crc(text.substring(0, last)))) {
            throw damaged("its checksum is wrong");
        }
        Map<String, String> values = new HashMap<>();
        for (String line : text.substring(0, last).split("\n")) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        String version = String.valueOf(values.get("version"));
        if (!version.equals("1") && !version.equals(String.valueOf(VERSION))) {
            throw new FormationException(path() + " has version " + version + ", this build reads versions 1 to "
                    + VERSION + ": use the build that wrote it");
        }
        try {
            UUID directory = UUID.fromString(values.get("directory.id"));
            return new NodePromises(
                    values.get("cluster.id"),
                    Integer.parseInt(values.get("node.id")),
                    directory,
                    voters(values.get("voters"), version.equals("1") ? directory : null),
                    values.get("voters.hash"),
                    new ElectionState(Integer.parseInt(values.get("epoch")), Integer.parseInt(values.get("voted.id"))));
        } catch (RuntimeException malformed) {
            throw new FormationException(path() + " is damaged: " + malformed.getMessage(), malformed);
        }
    }

    private static VoterSet voters(String text, UUID theOnly) {
        Map<Integer, UUID> voters = new TreeMap<>();
        for (String voter : text.split(",")) {
            int colon = voter.indexOf(':');
            voters.put(
                    Integer.valueOf(colon < 0 ? voter : voter.substring(0, colon)),
                    theOnly != null ? theOnly : UUID.fromString(voter.substring(colon + 1)));
        }
        return new VoterSet(voters);
    }

    private FormationException damaged(String why) {
        return new FormationException(
                path() + " is damaged (" + why + "): this node no longer knows what it promised and must not vote");
    }

    private static String crc(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return String.format("%08x", Crc.of(ByteBuffer.wrap(bytes), 0, bytes.length));
    }
}
