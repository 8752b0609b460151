package io.millrace.log;

/** What became of loading a partition's folder. Thread: any (immutable); the log belongs to its owner. */
public sealed interface LoadOutcome {
    record Loaded(PartitionLog log) implements LoadOutcome {}

    /** The folder could not be read; the log directory is offline when the device is to blame. */
    record Failed(String message) implements LoadOutcome {}
}
