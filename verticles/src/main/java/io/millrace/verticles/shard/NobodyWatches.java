package io.millrace.verticles.shard;

/**
 * For shards beside whose replicas nothing is kept.
 *
 * <p>Thread: any.
 */
enum NobodyWatches implements LeadershipWatcher {
    INSTANCE;

    @Override
    public void leads(Replica replica, int leaderEpoch) {
        // Nobody wants to know.
    }

    @Override
    public void leadsNoMore(Replica replica) {
        // Nobody wants to know.
    }

    @Override
    public void leadForSureAgain() {
        // Nobody wants to know.
    }
}
