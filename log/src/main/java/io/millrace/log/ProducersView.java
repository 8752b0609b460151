package io.millrace.log;

/** The producers a log remembers, as they are now. Thread: the log's owner, during the call. */
public interface ProducersView {
    int count();

    void forEach(Visitor visitor);

    /** Sees one producer. */
    @FunctionalInterface
    interface Visitor {
        /**
         * @param lastSequence -1 when it has written only control records
         * @param coordinatorEpoch -1 when it never was in a transaction
         * @param openTransactionOffset first offset of its open transaction, -1 when there is none
         */
        void producer(
                long producerId,
                short epoch,
                int lastSequence,
                long lastTimestamp,
                int coordinatorEpoch,
                long openTransactionOffset);
    }
}
