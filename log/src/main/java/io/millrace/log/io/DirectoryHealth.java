package io.millrace.log.io;

import io.millrace.log.disk.DiskFullException;
import io.millrace.log.disk.NoFreeFilesException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a log directory can still be trusted. Offline is for good: after an I/O error or a failed sync nobody knows what
 * is on the disk. A full disk is not: it ends with the first write that works.
 *
 * <p>Thread: any.
 */
public final class DirectoryHealth {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryHealth.class);

    private static final long TELL_EVERY_MS = 10_000;

    private final String directory;
    private final Consumer<String> whenOffline;
    private final AtomicLong safetyAlarms = new AtomicLong();
    private String offlineReason;
    private volatile boolean offline;
    private volatile boolean diskFull;
    /** The writer's: small writes may fit where large ones do not, which is not worth a line each time. */
    private long nowMs;

    private long lastToldMs = -TELL_EVERY_MS;

    /** @param whenOffline called once, on the thread that saw the failure */
    public DirectoryHealth(String directory, Consumer<String> whenOffline) {
        this.directory = directory;
        this.whenOffline = whenOffline;
    }

    public boolean isOffline() {
        return offline;
    }

    /** Null while online. */
    public synchronized String offlineReason() {
        return offlineReason;
    }

    public boolean isDiskFull() {
        return diskFull;
    }

    void tick(long now) {
        nowMs = now;
    }

    void diskFull(String what, DiskFullException e) {
        if (diskFull) return;
        diskFull = true;
        if (nowMs - lastToldMs < TELL_EVERY_MS) return;
        lastToldMs = nowMs;
        LOG.error(
                "{}: no space left, appends are refused until there is some ({}: {})", directory, what, e.getMessage());
    }

    void wroteAgain() {
        if (!diskFull) return;
        diskFull = false;
        LOG.info("{}: there is space again, appends go on", directory);
    }

    /**
     * Something is wrong with data that was durable: it may be lost or cannot be served. For people, and counted.
     */
    public void safetyAlarm(String what) {
        safetyAlarms.incrementAndGet();
        LOG.error("SAFETY: {}", what);
    }

    public long safetyAlarms() {
        return safetyAlarms.get();
    }

    /** A full disk or a lack of file handles is noted, anything else takes the directory offline. */
    public void failed(String what, IOException e) {
        if (e instanceof DiskFullException full) {
            diskFull(what, full);
        } else if (e instanceof NoFreeFilesException) {
            LOG.warn("{}: {} has to wait for a free file handle ({})", directory, what, e.getMessage());
        } else {
            offline(what + ": " + e, e);
        }
    }

    public void offline(String why, Throwable cause) {
        synchronized (this) {
            if (offline) return;
            offlineReason = why;
            offline = true;
        }
        try {
            LOG.error("{} is offline: {}", directory, why, cause);
        } finally {
            whenOffline.accept(why);
        }
    }
}
