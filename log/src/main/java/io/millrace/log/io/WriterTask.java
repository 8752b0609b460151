package io.millrace.log.io;

/**
 * One thing that the writer does for a lane. The tasks of a lane run in the order in which they were submitted, and come
 * back to its owner in that order. A task is its own queue node, so that handing one over allocates nothing.
 *
 * <p>Thread: made by the owner, {@link #perform} on the writer, {@link #completed} on the owner.
 */
public abstract class WriterTask {
    final WriteLane lane;
    /** Link of the queue, then of the lane's list. */
    WriterTask next;

    protected WriterTask(WriteLane lane) {
        this.lane = lane;
    }

    /** Must not throw: a task keeps its failure for {@link #completed}. */
    protected abstract void perform();

    /** Back on the owner, whatever became of it. */
    protected abstract void completed();
}
