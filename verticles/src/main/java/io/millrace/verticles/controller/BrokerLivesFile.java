package io.millrace.verticles.controller;

import io.millrace.verticles.config.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Which processes have spoken for this node out of this data directory, in {@code broker.lives}; so a directory that was put
 * back from an older copy is known by the registrations of which it knows nothing ({@link OldCopyWatch}). Text, one {@code
 * key=value} per line:
 *
 * <pre>
 *   version=1
 *   applied=1234       the offset of the last registration that the metadata of this directory has had
 *   voter=true         whether it was a voter's then
 *   lives=UUID,UUID    incarnations, oldest first: some of before, all since; each is noted before it registers
 * </pre>
 *
 * <p>Thread: blocks, so none of the event loops.
 */
final class BrokerLivesFile {
    static final String NAME = "broker.lives";
    /** No registration was ever seen here. */
    static final long NONE = -1;
    /** So many processes that die before they have read their own registration would have to follow each other. */
    static final int MAX_LIVES = 1_000;

    private static final String VERSION = "1";

    /** What the file says. Thread: immutable. */
    record Kept(long applied, boolean voter, List<UUID> lives) {
        static final Kept NOTHING = new Kept(NONE, false, List.of());

        Kept {
            lives = List.copyOf(lives);
        }

        Kept with(UUID life) {
            List<UUID> more = new ArrayList<>(lives);
            more.add(life);
            return new Kept(applied, voter, newest(more, MAX_LIVES));
        }

        static List<UUID> newest(List<UUID> lives, int most) {
            return lives.subList(Math.max(0, lives.size() - most), lives.size());
        }
    }

    private final Path file;

    BrokerLivesFile(Path directory) {
        file = directory.resolve(NAME);
    }

    /**
     * Empty when there is none.
     *
     * @throws UncheckedIOException when it cannot be read
     * @throws ConfigException when it is damaged or of a newer build: a person decides
     */
    Optional<Kept> read() {
        Map<String, String> values = new HashMap<>();
        try {
            for (String line : Files.readString(file, StandardCharsets.UTF_8).split("\n")) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    values.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
            if (!VERSION.equals(values.get("version"))) {
                throw new ConfigException(file + " has version " + values.get("version") + ", this build reads version "
                        + VERSION + ": use the build that wrote it");
            }
            String lives = values.getOrDefault("lives", "");
            List<UUID> known = new ArrayList<>();
            for (String life : lives.isEmpty() ? new String[0] : lives.split(",")) {
                known.add(UUID.fromString(life));
            }
            return Optional.of(
                    new Kept(Long.parseLong(values.get("applied")), Boolean.parseBoolean(values.get("voter")), known));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable.getMessage(), unreadable);
        } catch (IllegalArgumentException malformed) {
            throw new ConfigException(file + " is damaged (" + malformed.getMessage()
                    + "): put the newest copy of all log" + " directories back, or empty the first one");
        }
    }

    /** Durable when this returns. */
    void write(Kept kept) {
        SmallFile.write(
                file,
                "version=" + VERSION + "\napplied=" + kept.applied() + "\nvoter=" + kept.voter() + "\nlives="
                        + kept.lives().stream().map(UUID::toString).collect(Collectors.joining(",")) + "\n");
    }
}
