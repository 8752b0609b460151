package io.millrace.verticles.metrics;

import java.util.HashMap;
import java.util.Map;

/**
 * How old the next record is that a group will read: known without a look at the log, from where each partition ended at
 * earlier scrapes. Between two of them the time is interpolated; of what is older than the oldest it is known that it is older than that. A
 * group that stands still falls behind for as long as it does: an alert that it has set off must not end because it is so far behind.
 *
 * <p>Bounded by {@link #POINTS} per partition that some group has committed for: when there are so many, every second one is forgotten, so that
 * the newer ones are close together and the oldest one stays. Partitions that are not asked about in a scrape are forgotten.
 *
 * <p>Thread: one scrape at a time.
 */
final class LagTimes {
    /** At a scrape each 15 seconds the last quarter of an hour, or half of it, is known to within one or two scrapes. */
    static final int POINTS = 60;

    private record Place(String topic, int partition) {}

    /** Where a partition ended, in its order, and from when to when it was seen to end there. */
    private static final class Ends {
        private final long[] offsets = new long[POINTS];
        private final long[] sinceMs = new long[POINTS];
        private final long[] untilMs = new long[POINTS];
        private int count;
        private boolean asked;

        void add(long offset, long timeMs) {
            while (count > 0 && offsets[count - 1] > offset) {
                // It has gone back, by an unclean election or since the topic was created anew: what comes there is
                // written from now on.
                count--;
            }
            if (count > 0 && offsets[count - 1] == offset) {
                // Nothing came: what is below it is as old as it was, and what will be there is newer than now.
                untilMs[count - 1] = timeMs;
                return;
            }
            if (count == POINTS) {
                thin();
            }
            offsets[count] = offset;
            sinceMs[count] = timeMs;
            untilMs[count] = timeMs;
            count++;
        }

        private void thin() {
            count = POINTS / 2;
            for (int i = 1; i < count; i++) {
                offsets[i] = offsets[2 * i];
                sinceMs[i] = sinceMs[2 * i];
                untilMs[i] = untilMs[2 * i];
            }
        }

        /** When the record at this offset was written, about, and at the latest. */
        double timeOf(long offset) {
            for (int i = count - 1; i >= 0; i--) {
                if (offsets[i] <= offset) {
                    if (i == count - 1) {
                        return untilMs[i];
                    }
                    double share = (double) (offset - offsets[i]) / (offsets[i + 1] - offsets[i]);
                    return untilMs[i] + share * (sinceMs[i + 1] - untilMs[i]);
                }
            }
            return sinceMs[0];
        }
    }

    private final Map<Place, Ends> places = new HashMap<>();

    /** Notes where a partition ends now, and says how many seconds a reader at this offset is behind; 0 at the end. */
    double secondsBehind(String topic, int partition, long committed, long endOffset, long nowMs) {
        Ends ends = places.computeIfAbsent(new Place(topic, partition), place -> new Ends());
        if (!ends.asked) {
            ends.asked = true;
            ends.add(endOffset, nowMs);
        }
        return committed >= endOffset ? 0 : Math.max(0, nowMs - ends.timeOf(committed)) / 1000;
    }

    /** Ends a scrape. */
    void forgetUnasked() {
        places.values().removeIf(ends -> !ends.asked);
        places.values().forEach(ends -> ends.asked = false);
    }
}
