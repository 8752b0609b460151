package io.millrace.log.segment;

import java.nio.file.Path;

/**
 * The names of the files in a partition's folder: a 20-digit base offset and what the file is. Thread: any.
 */
public final class SegmentNames {
    public static final String LOG = ".log";
    public static final String INDEX = ".index";
    public static final String SNAPSHOT = ".snapshot";
    /** A file that is waiting to be removed. */
    public static final String DELETED = ".deleted";
    /** A file that was being written when the process stopped. */
    public static final String TEMPORARY = ".tmp";
    /** What compaction has written and nobody has accepted. */
    public static final String CLEANED = ".cleaned";
    /** What compaction has written and is in force, though perhaps not at its place yet; before it the end offset. */
    public static final String SWAP = ".swap";

    private static final int DIGITS = 20;

    private SegmentNames() {}

    public static String of(long baseOffset, String suffix) {
        StringBuilder name = new StringBuilder(DIGITS + suffix.length());
        String digits = Long.toString(baseOffset);
        for (int i = digits.length(); i < DIGITS; i++) name.append('0');
        return name.append(digits).append(suffix).toString();
    }

    public static Path in(Path folder, long baseOffset, String suffix) {
        return folder.resolve(of(baseOffset, suffix));
    }

    /** Whether the file is a segment or what was derived of one. */
    static boolean isOfSegment(Path file) {
        return baseOffset(file, LOG) >= 0 || baseOffset(file, INDEX) >= 0 || baseOffset(file, SNAPSHOT) >= 0;
    }

    /** The base offset in a file's name; -1 when the name is not that of such a file. */
    public static long baseOffset(Path file, String suffix) {
        String name = file.getFileName().toString();
        if (name.length() != DIGITS + suffix.length() || !name.endsWith(suffix)) return -1;
        long value = 0;
        for (int i = 0; i < DIGITS; i++) {
            char c = name.charAt(i);
            if (c < '0' || c > '9') return -1;
            if (value > (Long.MAX_VALUE - (c - '0')) / 10) return -1;
            value = value * 10 + (c - '0');
        }
        return value;
    }
}
