package io.millrace.verticles.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The appends of one Produce that belong to one shard; handed to the shard in one task and back in one task.
 *
 * <p>Thread: as {@link PartitionAppend}.
 */
public final class AppendGroup {
    /** {@code acks=all}: wait for the high watermark. */
    public static final short ACKS_ALL = -1;

    private final short acks;
    private final long deadlineMs;
    private final Executor home;
    private final Runnable done;
    private final List<PartitionAppend> appends = new ArrayList<>(4);
    private int waiting;

    /**
     * An empty group.
     *
     * @param acks 0, 1 or {@link #ACKS_ALL}
     * @param deadlineMs the shard's clock at which appends that still wait time out
     * @param home where {@code done} is called, once, when every append is settled: the handler's loop
     */
    public AppendGroup(short acks, long deadlineMs, Executor home, Runnable done) {
        this.acks = acks;
        this.deadlineMs = deadlineMs;
        this.home = home;
        this.done = done;
    }

    /** Adds an append before the group is submitted. */
    public void add(PartitionAppend append) {
        append.join(this);
        appends.add(append);
    }

    List<PartitionAppend> appends() {
        return appends;
    }

    short acks() {
        return acks;
    }

    long deadlineMs() {
        return deadlineMs;
    }

    /** One more thing to wait for: an append, or the submission itself. */
    void hold() {
        waiting++;
    }

    /** One thing less; with the last one the group goes home. */
    void settle() {
        if (--waiting == 0) {
            Homecoming.run(home, done);
        }
    }
}
