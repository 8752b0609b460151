package io.millrace.log.io;

import java.nio.file.Path;

/**
 * A segment's place among the open files of its directory: names the file, and holds it open while the bound allows.
 *
 * <p>Thread: any; the fields belong to {@link OpenFiles}, and change under its lock.
 */
public abstract class FileRef {
    /** Read without the lock, too. */
    volatile OpenFile open;

    FileRef older;
    FileRef newer;

    /** What of it came lately: {@link RecentBytes}. Written on the writer, read by all; null for nothing. */
    volatile RecentBytes.Written written;

    /** Rises when the file is cut: what was learnt from it before may be wrong now. */
    private volatile int cuts;

    public final int cuts() {
        return cuts;
    }

    /** One thread only: the writer. */
    final void noteCut() {
        cuts = cuts + 1;
    }

    /** Whether it is not where its name says, so that files derived from it are those of another. */
    public boolean isElsewhere() {
        return false;
    }

    /** Made anew at each call: 50,000 idle replicas must not each keep a path. */
    public abstract Path path();

    @Override
    public String toString() {
        return path().toString();
    }
}
