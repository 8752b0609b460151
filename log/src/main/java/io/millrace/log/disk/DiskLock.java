package io.millrace.log.disk;

import java.io.Closeable;

/** A held lock file; closing it lets the next process in. A dead process holds no lock. Thread: any. */
public interface DiskLock extends Closeable {}
