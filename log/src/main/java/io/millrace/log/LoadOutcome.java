package io.millrace.log;

/** What became of loading a partition's folder. Thread: any (immutable); the log belongs to its owner. */
public sealed interface LoadOutcome {
    /**
     * The log as it was found.
     *
     * @param startLost synced records at its beginning are gone, so that it begins later than it did: nobody who has them
     *     may take its start for the partition's
     */
    record Loaded(PartitionLog log, boolean startLost) implements LoadOutcome {}

    /** The folder could not be read; the log directory is offline when the device is to blame. */
    record Failed(String message) implements LoadOutcome {}
}
