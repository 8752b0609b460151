package io.millrace.sim;

/**
 * What becomes of un-synced data and directory entries when the power goes.
 *
 * <p>Thread: any.
 */
public enum PowerLoss {
    /** Nothing that was not synced survives: the strictest disk. */
    DROPS_UNSYNCED,
    /** Each file and each directory draws its own fate: dropped, kept, torn at any byte, or only some sectors kept. */
    SEEDED
}
