package io.millrace.verticles.node;

import io.millrace.membership.placement.PlacementView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The members as they were seen last, for ranking brokers.
 *
 * <p>Thread: any.
 */
final class SeenMembers implements PlacementView {
    private volatile Map<Integer, Standing> standings = Map.of();

    void are(List<Integer> oldestFirst) {
        Map<Integer, Standing> seen = new HashMap<>();
        for (int age = 0; age < oldestFirst.size(); age++) {
            seen.put(oldestFirst.get(age), new Standing(true, age, 0));
        }
        standings = seen;
    }

    @Override
    public Standing of(int brokerId) {
        return standings.getOrDefault(brokerId, Standing.UNKNOWN);
    }
}
