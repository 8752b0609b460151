package io.millrace.log.store;

import io.millrace.log.disk.Disk;
import io.millrace.log.disk.NewerFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was found of a node's log directories at its start. The first one must be there, since it knows the cluster; of the
 * others a disk that fails, or is not mounted, is left out (KAFKA starts without it too). What a person has got wrong, a
 * directory of another node or one that is in use, is refused instead.
 *
 * <p>A directory is the one it was by its id. An empty folder in the place of a known one is a disk that is not mounted
 * until its line is taken out of the {@code directories} file: else its partitions would begin again at zero in there.
 *
 * <p>Thread: any (immutable); opening blocks.
 */
public record FoundDirectories(List<LogDirectory> opened, List<Unopened> unopened) {
    private static final Logger LOG = LoggerFactory.getLogger(FoundDirectories.class);

    /**
     * A directory that is configured and not there.
     *
     * @param reason one sentence for a person
     * @param held whether it ever was there: then it may hold replicas
     */
    public record Unopened(Path path, String reason, boolean held) {}

    /** Opens one directory. */
    public interface Opener {
        LogDirectory open(Path path) throws LogDirectoryException;
    }

    public FoundDirectories {
        opened = List.copyOf(opened);
        unopened = List.copyOf(unopened);
    }

    /** @param paths absolute, the first one first; when one is refused none stays open */
    public static FoundDirectories open(List<Path> paths, Disk disk, Opener opener) throws LogDirectoryException {
        List<LogDirectory> opened = new ArrayList<>();
        List<Unopened> unopened = new ArrayList<>();
        try {
            opened.add(opener.open(paths.get(0)));
            KnownDirectories known = known(disk, paths.get(0));
            Map<Path, String> silent = new HashMap<>();
            Collection<UUID> there = identities(disk, paths, silent);
            for (Path path : paths.subList(1, paths.size())) {
                UUID before = known.at(path);
                if (before != null && !there.contains(before)) {
                    leaveOut(path, true, silent.getOrDefault(path, missing(before, paths.get(0))), unopened);
                } else {
                    open(path, before != null, opener, opened, unopened);
                }
            }
            remember(disk, paths, known, opened, unopened);
            FoundDirectories found = new FoundDirectories(opened, unopened);
            FoundMoves.finish(found);
            FoundTwice.settle(found.opened());
            return found;
        } catch (LogDirectoryException | RuntimeException e) {
            opened.forEach(LogDirectory::close);
            throw e;
        }
    }

    private static KnownDirectories known(Disk disk, Path first) throws LogDirectoryException {
        try {
            return KnownDirectories.read(disk, first);
        } catch (NewerFormatException e) {
            throw new LogDirectoryException(first, e);
        } catch (IOException e) {
            throw new LogDirectoryException("Log directory " + first + " cannot be read: " + e + ".", e);
        }
    }

    /**
     * The ids of those that can be read.
     *
     * @param silent gets why others say nothing
     */
    private static Collection<UUID> identities(Disk disk, List<Path> paths, Map<Path, String> silent)
            throws LogDirectoryException {
        Set<UUID> there = new HashSet<>();
        for (Path path : paths) {
            try {
                MetaProperties meta = MetaProperties.read(disk, path);
                if (meta != null) there.add(meta.directoryId());
            } catch (NewerFormatException e) {
                // Nothing is lost, and nothing may be made in its place.
                throw new LogDirectoryException(path, e);
            } catch (IOException | LogDirectoryException e) {
                silent.put(path, String.valueOf(e.getMessage()));
            }
        }
        return there;
    }

    private static String missing(UUID directory, Path first) {
        return "directory " + directory + " is not there any more; mount its disk, or take its line out of "
                + first.resolve(KnownDirectories.NAME) + " if what was in it is to be given up";
    }

    private static void open(Path path, boolean held, Opener opener, List<LogDirectory> opened, List<Unopened> unopened)
            throws LogDirectoryException {
        try {
            opened.add(opener.open(path));
        } catch (LogDirectoryException e) {
            if (!e.isOfTheDisk()) throw e;
            leaveOut(path, held, e.getMessage(), unopened);
        }
    }

    private static void leaveOut(Path path, boolean held, String reason, List<Unopened> unopened) {
        LOG.error("Log directory {} is left out, its partitions are offline until it is back: {}", path, reason);
        unopened.add(new Unopened(path, reason, held));
    }

    private static void remember(
            Disk disk, List<Path> paths, KnownDirectories known, List<LogDirectory> opened, List<Unopened> unopened)
            throws LogDirectoryException {
        Map<UUID, Path> now = new TreeMap<>();
        Set<Path> left = new HashSet<>();
        unopened.forEach(directory -> left.add(directory.path()));
        known.paths().forEach((id, path) -> {
            if (left.contains(path)) {
                now.put(id, path);
            } else if (!paths.contains(path)) {
                LOG.warn("Log directory {} ({}) is not configured any more", path, id);
            }
        });
        opened.subList(1, opened.size()).forEach(directory -> now.put(directory.directoryId(), directory.path()));
        if (now.equals(known.paths())) return;
        try {
            new KnownDirectories(now).write(disk, paths.get(0));
        } catch (IOException e) {
            throw new LogDirectoryException("Log directory " + paths.get(0) + " cannot be written: " + e + ".", e);
        }
    }
}
