package io.millrace.log.move;

import io.millrace.log.LogConfig;
import io.millrace.log.Owner;
import io.millrace.log.PartitionLog;
import io.millrace.log.TailBudget;
import io.millrace.log.store.LogDirectory;

/**
 * Who has a replica moved: the replica's keeper. Thread: the owner's, for every method.
 */
public interface MoveHost {
    Owner owner();

    /** The replica's settings as they are now. */
    LogConfig config();

    TailBudget tail();

    long wallClockMs();

    /** How long nothing may be copied; 0 when a piece may be. */
    long pauseMs();

    /** So much was copied. */
    void copied(int bytes);

    void later(long delayMs, Runnable task);

    /** From now on nothing is appended to the original, and nothing is cut off it, until {@link #over}. */
    void hold();

    /** Whether nothing that was begun before {@link #hold} changes the original any more. */
    boolean isSettled();

    /** This log in that directory is the replica now; the original is about to be deleted. */
    void swapped(LogDirectory directory, PartitionLog log);

    /** The move is over, and whatever was held back goes on. @param why not, or null when the replica was moved */
    void over(String why);
}
