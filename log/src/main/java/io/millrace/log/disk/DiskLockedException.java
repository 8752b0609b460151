package io.millrace.log.disk;

import java.io.IOException;

/** Another process (or another part of this one) holds the lock; the caller must not touch the folder. Thread: any. */
public final class DiskLockedException extends IOException {
    public DiskLockedException(String message) {
        super(message);
    }
}
