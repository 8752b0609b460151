package io.millrace.verticles.controller;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Remembers the broker epoch of this node's last registration, in {@code broker.epoch}: one line {@code
 * version=2 epoch=N pagecache=WHICH}.
 *
 * <p>A broker that shows the epoch the cluster remembers has lost nothing since; one that can not is taken out of every
 * ISR when it registers (rule B13). So the epoch names the page cache that stood behind the logs when it was given: a process
 * that finds another one must not show it, and neither must the next process, should this one die before it is registered.
 *
 * <p>Thread: blocks, so none of the event loops.
 */
final class BrokerEpochFile {
    /** No epoch that could be vouched for. */
    static final long UNKNOWN = -1;

    private static final Pattern LINE = Pattern.compile("version=2 epoch=(\\d{1,18}) pagecache=(.*)");

    /** An epoch and the page cache in which everything of that registration was written. Thread: immutable. */
    record Kept(long epoch, String pageCache) {
        static final Kept NOTHING = new Kept(UNKNOWN, "");
    }

    private final Path file;

    BrokerEpochFile(Path directory) {
        file = directory.resolve("broker.epoch");
    }

    /** What was written last; {@link Kept#NOTHING} when there is none or it can not be read. */
    Kept read() {
        try {
            Matcher line =
                    LINE.matcher(Files.readString(file, StandardCharsets.UTF_8).trim());
            return line.matches() ? new Kept(Long.parseLong(line.group(1)), line.group(2)) : Kept.NOTHING;
        } catch (IOException damaged) {
            return Kept.NOTHING;
        }
    }

    /** Replaces what was kept, also on a disk that is full; durable when this returns. */
    void write(Kept kept) {
        SmallFile.writeAlsoWhenFull(file, "version=2 epoch=" + kept.epoch() + " pagecache=" + kept.pageCache() + "\n");
    }
}
