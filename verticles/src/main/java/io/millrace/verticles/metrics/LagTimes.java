package io.millrace.verticles.metrics;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How old the next record is that a group will read: known without a look at the log, from where each partition ended at
 * earlier scrapes. Between two of them the time is interpolated; older than the oldest that is remembered is not known.
 *
 * <p>Bounded by {@link #POINTS} per partition that some group has committed for; partitions that are not asked about in a
 * scrape are forgotten.
 *
 * <p>Thread: one scrape at a time.
 */
final class LagTimes {
    /** At a scrape each 15 seconds, a quarter of an hour. */
    static final int POINTS = 60;

    private record Place(String topic, int partition) {}

    /** Where a partition ended at which times; a ring. */
    private static final class Ends {
        private final long[] offsets = new long[POINTS];
        private final long[] timesMs = new long[POINTS];
        private int first;
        private int count;
        private boolean asked;

        void add(long offset, long timeMs) {
            if (count > 0 && offsets[at(count - 1)] >= offset) {
                // Nothing came: the end is as old as it was, but nothing below it is newer than now.
                timesMs[at(count - 1)] = offsets[at(count - 1)] == offset ? timeMs : timesMs[at(count - 1)];
                return;
            }
            if (count == POINTS) {
                first = (first + 1) % POINTS;
                count--;
            }
            offsets[at(count)] = offset;
            timesMs[at(count)] = timeMs;
            count++;
        }

        private int at(int i) {
            return (first + i) % POINTS;
        }

        /** When the record at this offset was written, about; empty when that was before the oldest point. */
        OptionalDouble timeOf(long offset) {
            for (int i = count - 1; i >= 0; i--) {
                if (offsets[at(i)] <= offset) {
                    if (i == count - 1) {
                        return OptionalDouble.of(timesMs[at(i)]);
                    }
                    double share = (double) (offset - offsets[at(i)]) / (offsets[at(i + 1)] - offsets[at(i)]);
                    return OptionalDouble.of(timesMs[at(i)] + share * (timesMs[at(i + 1)] - timesMs[at(i)]));
                }
            }
            return OptionalDouble.empty();
        }
    }

    private final Map<Place, Ends> places = new HashMap<>();

    /** Notes where a partition ends now, and says how many seconds a reader at this offset is behind; 0 at the end. */
    OptionalDouble secondsBehind(String topic, int partition, long committed, long endOffset, long nowMs) {
        Ends ends = places.computeIfAbsent(new Place(topic, partition), place -> new Ends());
        if (!ends.asked) {
            ends.asked = true;
            ends.add(endOffset, nowMs);
        }
        if (committed >= endOffset) {
            return OptionalDouble.of(0);
        }
        OptionalDouble writtenMs = ends.timeOf(committed);
        return writtenMs.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.max(0, nowMs - writtenMs.getAsDouble()) / 1000);
    }

    /** Ends a scrape. */
    void forgetUnasked() {
        places.values().removeIf(ends -> !ends.asked);
        places.values().forEach(ends -> ends.asked = false);
    }
}
