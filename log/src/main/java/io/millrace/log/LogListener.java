package io.millrace.log;

/**
 * What a replica hears from its log. Thread: the owner's; never called from inside the call that caused it.
 */
public interface LogListener {
    /** Everything below {@code writtenEnd} is in the file and may be read; {@code bytes} were added by this round. */
    void onWritten(long writtenEnd, int bytes);

    /** Everything below {@code syncedEnd} survives a loss of power. */
    default void onSynced(long syncedEnd) {}

    /**
     * Offsets from {@code cutBackTo} on were assigned but could not be written and are gone, together with what they did
     * to the producer state: their producers get a retriable answer. The log goes on from {@code cutBackTo}.
     */
    void onAppendsFailed(long cutBackTo, AppendError why);

    /** The log directory cannot be trusted any more: nothing will be appended here again. Told once. */
    void onOffline(String why);

    /** For a log that nobody watches yet. */
    LogListener NONE = new LogListener() {
        @Override
        public void onWritten(long writtenEnd, int bytes) {}

        @Override
        public void onAppendsFailed(long cutBackTo, AppendError why) {}

        @Override
        public void onOffline(String why) {}
    };
}
