package io.millrace.verticles.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The reads of one Fetch that belong to one shard; handed to the shard in one task and back in one task.
 *
 * <p>Thread: as {@link PartitionFetch}.
 */
public final class FetchGroup {
    /** Files that one attempt may look into on the loop, at some microseconds each; the pool takes the rest. */
    private static final int MOST_READ_AT_ONCE = 32;

    private final boolean readCommitted;
    private final Executor home;
    private final Runnable done;
    private final List<PartitionFetch> fetches = new ArrayList<>(4);
    private boolean mayReadFollowers;
    private String clientRack = "";
    private int maxBytes;
    private int waiting;
    private int readAtOnce;

    /**
     * An empty group.
     *
     * @param home where {@code done} is called when every read is settled: the handler's loop
     */
    public FetchGroup(boolean readCommitted, Executor home, Runnable done) {
        this.readCommitted = readCommitted;
        this.home = home;
        this.done = done;
    }

    /**
     * The client can be sent to followers, and reads from them (KIP-392); before the group is submitted.
     *
     * @param rack where the client is; empty when it does not say, or when this node does not choose by rack
     */
    public FetchGroup readingFollowers(String rack) {
        mayReadFollowers = true;
        clientRack = rack;
        return this;
    }

    /** Adds a read before the group is submitted. */
    public void add(PartitionFetch fetch) {
        fetches.add(fetch);
    }

    /** Makes ready for another attempt that may find {@code bytes} in all. */
    public void begin(int bytes) {
        maxBytes = bytes;
        readAtOnce = 0;
        fetches.forEach(PartitionFetch::reset);
    }

    List<PartitionFetch> fetches() {
        return fetches;
    }

    boolean readCommitted() {
        return readCommitted;
    }

    boolean mayReadFollowers() {
        return mayReadFollowers;
    }

    String clientRack() {
        return clientRack;
    }

    int maxBytes() {
        return maxBytes;
    }

    boolean mayReadAtOnce() {
        return readAtOnce < MOST_READ_AT_ONCE;
    }

    void hasReadAtOnce() {
        readAtOnce++;
    }

    /** One more thing to wait for: a cold read, or the submission itself. */
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
