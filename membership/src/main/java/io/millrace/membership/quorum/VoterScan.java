package io.millrace.membership.quorum;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Reads the log that goes on from the newest snapshot, once, when a node starts: who votes stands in it, and must be known
 * before the first vote.
 *
 * <p>Thread: the owner's.
 */
final class VoterScan implements QuorumStore.Listener {
    private static final int READ_BYTES = 1024 * 1024;

    private final QuorumStore store;
    private final long end;
    private final Consumer<String> failed;
    private final Map<Long, VoterSet> changes = new TreeMap<>();
    private long next;

    VoterScan(QuorumStore store, long from, long end, Consumer<String> failed) {
        this.store = store;
        this.next = from;
        this.end = end;
        this.failed = failed;
        store.setListener(this);
    }

    /** Finds the sets that the log states, by offset; or tells why it cannot be read, and finds nothing. */
    void run(Consumer<Map<Long, VoterSet>> found) {
        if (next >= end) {
            found.accept(changes);
            return;
        }
        store.read(next, end, READ_BYTES, batches -> {
            try {
                note(batches);
            } catch (MessageFormatException unknown) {
                failed.accept(unknown.getMessage());
                return;
            }
            if (batches.isEmpty()) {
                failed.accept("the metadata log cannot be read from " + next + " to " + end);
            } else {
                run(found);
            }
        });
    }

    private void note(List<QuorumBatch> batches) {
        for (QuorumBatch batch : batches) {
            VotersRecord.in(batch).ifPresent(voters -> changes.put(batch.baseOffset(), voters));
            next = batch.endOffset();
        }
    }

    @Override
    public void written(long endOffset) {}

    @Override
    public void synced(long endOffset) {}

    @Override
    public void failed(String why) {
        failed.accept("the metadata log cannot be read: " + why);
    }
}
