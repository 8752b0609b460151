package io.millrace.verticles.controller;

import io.millrace.log.store.LogDirectory;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The page caches behind a node's log directories, now and when each was left in order, and whether what was written at an
 * earlier registration is whole by them. A directory that is missing is not asked: the controller sees that by itself.
 *
 * <p>A stop in order counts if it was of a process with the page cache of that registration. Another one, which found that
 * cache gone and was stopped before it could register, has synced what it found, and that may be too little.
 *
 * <p>Thread: any (immutable).
 */
public record PageCaches(List<Behind> all) {
    private static final String AND = " + ";

    /**
     * Those of one directory.
     *
     * @param now boot and mount
     * @param cleanUnder the same of the last process, if it stopped in order; empty when not, or there was none
     * @param isNew nothing was ever written there
     *     <p>Thread: any (immutable).
     */
    public record Behind(String now, String cleanUnder, boolean isNew) {}

    public PageCaches {
        all = List.copyOf(all);
    }

    /** Of directories as they were found at start. */
    public static PageCaches of(List<LogDirectory> directories) {
        return new PageCaches(directories.stream()
                .map(directory -> new Behind(
                        directory.pageCacheIdentity(),
                        directory.cleanUnder(),
                        directory.cleanShutdown() && directory.cleanUnder().isEmpty()))
                .toList());
    }

    /** All that stand behind the directories now, in one line. */
    public String text() {
        return all.stream().map(Behind::now).collect(Collectors.joining(AND));
    }

    /** Whether nothing is lost of what was written while those of this line stood behind the directories. */
    public boolean haveAllOf(String line) {
        String kept = AND + line + AND;
        return all.stream()
                .allMatch(one -> one.isNew()
                        || kept.contains(AND + one.now() + AND)
                        || !one.cleanUnder().isEmpty() && kept.contains(AND + one.cleanUnder() + AND));
    }
}
