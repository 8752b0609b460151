package io.millrace.verticles.door;

/**
 * A plain request that is under way.
 *
 * <p>Thread: the door's loop.
 */
interface PlainCall {
    /** Told exactly once, on the door's loop. */
    interface Outcome {
        void succeeded();

        void failed(DoorFailure failure);
    }

    void start(Outcome outcome);

    /** It will not be started: gives back what it holds. */
    default void dropped() {}

    /** Whoever asked has left: ends the waiting, if it waits. */
    default void abandon() {}
}
