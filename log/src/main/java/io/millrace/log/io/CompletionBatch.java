package io.millrace.log.io;

import io.millrace.log.Owner;
import java.util.Arrays;

/**
 * What one round of the writer has done for one owner: run there as one task.
 * Thread: filled on the writer, run on the owner.
 */
final class CompletionBatch implements Runnable {
    private final Owner owner;
    private WriterTask[] tasks = new WriterTask[8];
    private int count;

    CompletionBatch(Owner owner) {
        this.owner = owner;
    }

    void add(WriterTask task) {
        if (count == tasks.length) tasks = Arrays.copyOf(tasks, count * 2);
        tasks[count++] = task;
    }

    void deliver() {
        if (count > 0) owner.execute(this);
    }

    @Override
    public void run() {
        for (int i = 0; i < count; i++) {
            complete(tasks[i]);
            tasks[i].lane.touched = true;
        }
        for (int i = 0; i < count; i++) {
            WriteLane lane = tasks[i].lane;
            if (!lane.touched) continue;
            lane.touched = false;
            tell(lane);
        }
    }

    /** A bug in one log's books, or no memory for them, must not keep the others waiting for ever; but nobody trusts that directory any more. */
    private static void complete(WriterTask task) {
        try {
            task.completed();
        } catch (RuntimeException | VirtualMachineError e) {
            task.lane.health.offline("completion for log " + task.lane.name() + " failed: " + e, e);
        }
    }

    private static void tell(WriteLane lane) {
        try {
            lane.client.roundCompleted();
        } catch (RuntimeException | VirtualMachineError e) {
            lane.health.offline("completion for log " + lane.name() + " failed: " + e, e);
        }
    }
}
