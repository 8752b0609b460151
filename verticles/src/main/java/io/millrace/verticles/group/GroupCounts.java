package io.millrace.verticles.group;

/**
 * What one machine holds and has done, for the metrics.
 *
 * <p>Thread: any.
 *
 * @param groups groups of any state
 * @param members members of classic groups
 * @param offsets committed offsets
 * @param rebalancesCompleted generations since the load
 * @param offsetsCommitted offsets committed by requests since the load
 * @param offsetsExpired offsets that have expired since the load
 * @param offsetsDeleted offsets deleted by request or with their topic since the load
 * @param recordsAside records of group kinds that this coordinator does not know, left as they are
 * @param recordsUnreadable records that could not be read, skipped
 */
public record GroupCounts(
        int groups,
        int members,
        int offsets,
        int preparingRebalance,
        int completingRebalance,
        int stable,
        int empty,
        long rebalancesCompleted,
        long offsetsCommitted,
        long offsetsExpired,
        long offsetsDeleted,
        long recordsAside,
        long recordsUnreadable) {}
