package io.millrace.verticles.shard;

import io.millrace.log.compact.IoShare;
import io.millrace.log.compact.KeyHash;
import java.security.SecureRandom;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads of compaction and their share of I/O. Threads end when they have been idle for a while.
 *
 * <p>Thread: any.
 */
final class ThreadedCleanerBench implements CleanerBench {
    private static final long IDLE_SECONDS = 30;
    /** So long a rest may go on after the bench is closed. */
    private static final long REST_SLICE_NANOS = 50_000_000L;

    private final SecureRandom secrets = new SecureRandom();
    private final AtomicInteger named = new AtomicInteger();
    private final ThreadPoolExecutor threads;
    private volatile CleanerSettings settings;
    private volatile IoShare share;
    private volatile boolean closed;

    ThreadedCleanerBench(CleanerSettings settings) {
        this.threads = new ThreadPoolExecutor(
                settings.threads(),
                settings.threads(),
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "log-cleaner-" + named.getAndIncrement());
                    thread.setDaemon(true);
                    thread.setPriority(Thread.MIN_PRIORITY);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        this.settings = settings;
        this.share = new IoShare(settings.bytesPerSecond());
    }

    @Override
    public void settings(CleanerSettings changed) {
        if (changed.threads() > threads.getMaximumPoolSize()) {
            threads.setMaximumPoolSize(changed.threads());
            threads.setCorePoolSize(changed.threads());
        } else {
            threads.setCorePoolSize(changed.threads());
            threads.setMaximumPoolSize(changed.threads());
        }
        if (changed.bytesPerSecond() != settings.bytesPerSecond()) {
            share = new IoShare(changed.bytesPerSecond());
        }
        settings = changed;
    }

    @Override
    public void run(Runnable pass) {
        try {
            threads.execute(pass);
        } catch (RejectedExecutionException e) {
            // Closed: the log is about to be closed as well.
        }
    }

    @Override
    public long mapBytes() {
        return settings.mapBytes();
    }

    @Override
    public double mapLoadFactor() {
        return settings.mapLoadFactor();
    }

    @Override
    public int bufferBytes() {
        return settings.bufferBytes();
    }

    @Override
    public void moved(long bytes) {
        long until = System.nanoTime() + share.moved(bytes, System.nanoTime());
        for (long left = until - System.nanoTime(); left > 0 && !closed; left = until - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, REST_SLICE_NANOS));
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public KeyHash newHash() {
        return new KeyHash(secrets.nextLong(), secrets.nextLong());
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    /** No thread is interrupted, which would close the files under it. */
    @Override
    public void close() {
        closed = true;
        threads.shutdown();
        try {
            threads.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
