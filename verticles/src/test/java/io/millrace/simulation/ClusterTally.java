package io.millrace.simulation;

/**
 * How often a run has met what it is there to meet.
 *
 * <p>Thread: the simulation's only thread.
 */
final class ClusterTally {
    private long passes;
    private long passesCut;
    private long ranWithoutADirectory;
    private long movesBetweenDirectories;
    private long snapshotsFetched;
    private boolean over;

    /** What ends from now on was not cut short by a trouble. */
    void runIsOver() {
        over = true;
    }

    void snapshotFetched() {
        snapshotsFetched++;
    }

    /** Snapshots of the metadata that one node has got whole from another. */
    long snapshotsFetched() {
        return snapshotsFetched;
    }

    /** A process has ended that had begun so many passes, and perhaps not ended the last one. */
    void compacted(long begun, boolean cutTheLast) {
        passes += begun;
        passesCut += cutTheLast && !over ? 1 : 0;
    }

    long passes() {
        return passes;
    }

    /** Passes that their processes did not live to end. */
    long passesCut() {
        return passesCut;
    }

    void movedBetweenDirectories() {
        movesBetweenDirectories++;
    }

    /** Replicas that have been moved to another directory of their node, as it was asked. */
    long movesBetweenDirectories() {
        return movesBetweenDirectories;
    }

    void producersWentOnWithoutADirectory() {
        ranWithoutADirectory++;
    }

    /** Runs whose producers had to go on although a log directory was failing. */
    long ranWithoutADirectory() {
        return ranWithoutADirectory;
    }
}
