package io.millrace.verticles.shard;

/**
 * Wants to know which replicas of a shard lead: whoever keeps state beside a partition.
 *
 * <p>Thread: the shard's loop. Must not change the shard from within.
 */
public interface LeadershipWatcher {
    /** The replica leads from now on, in this epoch; also told when a leader goes on in a new epoch. */
    void leads(Replica replica, int leaderEpoch);

    /** The replica, which led, leads no more or is gone; its log may be closed next. */
    void leadsNoMore(Replica replica);

    /**
     * Nobody else leads what leads here, which for a while was not certain: until now, whoever answers only while it is
     * ({@link Replica#leadsForSure}) refused everybody.
     */
    void leadForSureAgain();
}
