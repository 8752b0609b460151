package io.millrace.log.io;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a log directory. The writer parks when it has nothing to do and is woken by the first task; pool threads
 * end when they have been idle for a while.
 *
 * <p>Thread: any.
 */
public final class ThreadedDirectoryIo implements DirectoryIo {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadedDirectoryIo.class);
    private static final long IDLE_SECONDS = 30;
    private static final long AFTER_FAILURE_MS = 100;

    private final ThreadPoolExecutor syncs;
    private final ThreadPoolExecutor reads;
    private final String name;
    private final long startedNanos = System.nanoTime();
    private Thread writer;
    private WriterWork work;
    private volatile boolean stopping;
    private volatile boolean parked;

    /** @param name shown in thread dumps */
    public ThreadedDirectoryIo(String name, int syncThreads, int readThreads, int readQueueTasks) {
        this.name = name;
        this.syncs = pool(name + "-sync", syncThreads, Integer.MAX_VALUE);
        this.reads = pool(name + "-read", readThreads, readQueueTasks);
    }

    private static ThreadPoolExecutor pool(String name, int threads, int queueTasks) {
        ThreadFactory factory = new ThreadFactory() {
            private int made;

            @Override
            public synchronized Thread newThread(Runnable task) {
                Thread thread = new Thread(task, name + "-" + made++);
                thread.setDaemon(true);
                return thread;
            }
        };
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(queueTasks), factory);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public void start(WriterWork writerWork) {
        work = writerWork;
        writer = new Thread(this::writeUntilStopped, name + "-writer");
        writer.setDaemon(true);
        writer.start();
    }

    private void writeUntilStopped() {
        while (true) {
            long due;
            try {
                due = work.round(steadyMs());
            } catch (RuntimeException | Error e) {
                // A dead writer would hang every append: the next round says to all of them
                // that the directory is offline.
                fail(e);
                due = steadyMs() + AFTER_FAILURE_MS;
            }
            if (work.hasQueued()) continue;
            if (stopping) return;
            parked = true;
            // Checked after saying so: whoever queues sees either a running writer that checks again, or a parked one.
            if (!work.hasQueued() && !stopping) park(due);
            parked = false;
        }
    }

    /** May fail as well, for want of the same memory; the writer goes on. */
    private void fail(Throwable bug) {
        try {
            work.failed(bug);
        } catch (RuntimeException | Error again) {
            // Nothing more can be said; that the directory is offline was noted before anything that needs memory.
        }
    }

    private void park(long due) {
        if (due == WriterWork.NOTHING_DUE) {
            LockSupport.park(this);
        } else {
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(due - steadyMs()));
        }
    }

    @Override
    public void wakeWriter() {
        if (parked) LockSupport.unpark(writer);
    }

    @Override
    public void sync(Runnable task) {
        try {
            syncs.execute(task);
        } catch (RejectedExecutionException e) {
            // Closing: only logs that were not closed themselves still ask, and they are recovered at the next start.
            LOG.debug("A sync was asked for after the end");
        }
    }

    @Override
    public boolean read(Runnable task) {
        try {
            reads.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    @Override
    public long nowMs() {
        return System.currentTimeMillis();
    }

    @Override
    public long steadyMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void close() {
        try {
            stopping = true;
            LockSupport.unpark(writer);
            writer.join();
            finish(syncs);
            finish(reads);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void finish(ThreadPoolExecutor pool) throws InterruptedException {
        pool.shutdown();
        if (!pool.awaitTermination(60, TimeUnit.SECONDS)) pool.shutdownNow();
    }
}
