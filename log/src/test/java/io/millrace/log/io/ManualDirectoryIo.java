package io.millrace.log.io;

import java.util.ArrayDeque;
import java.util.Deque;

/** A log directory's work on the test's thread, when the test says so. Thread: the test's. */
public class ManualDirectoryIo implements DirectoryIo {
    private final Deque<Runnable> syncs = new ArrayDeque<>();
    private final Deque<Runnable> reads = new ArrayDeque<>();
    private WriterWork writer;
    private long nowMs = 1_700_000_000_000L;
    private long due = WriterWork.NOTHING_DUE;

    @Override
    public void start(WriterWork work) {
        writer = work;
    }

    @Override
    public void wakeWriter() {}

    @Override
    public void sync(Runnable task) {
        syncs.add(task);
    }

    @Override
    public boolean read(Runnable task) {
        reads.add(task);
        return true;
    }

    @Override
    public long nowMs() {
        return nowMs;
    }

    public void advanceMs(long ms) {
        nowMs += ms;
    }

    /** @return whether there was anything to do */
    public boolean runWriter() {
        if (!writer.hasQueued() && nowMs < due) return false;
        due = writer.round(nowMs);
        return true;
    }

    public boolean runSyncs() {
        boolean any = !syncs.isEmpty();
        for (int i = syncs.size(); i > 0; i--) syncs.remove().run();
        return any;
    }

    public boolean runReads() {
        boolean any = !reads.isEmpty();
        for (int i = reads.size(); i > 0; i--) reads.remove().run();
        return any;
    }

    public int waitingSyncs() {
        return syncs.size();
    }

    @Override
    public void close() {
        while (writer.hasQueued() | runSyncs() | runReads()) writer.round(nowMs);
    }
}
