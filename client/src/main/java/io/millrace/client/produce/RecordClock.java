package io.millrace.client.produce;

import io.vertx.core.Context;
import java.util.function.LongSupplier;

/**
 * The time of records that come without one. It is looked at for each, but not for the most of those that are written one after the
 * other in one turn of an event loop: asking for the time is a tenth of what taking a small record costs. Such a record's time may be late
 * by as long as the turn has taken since the first of its run, which is little, since nothing blocks an event loop; a worker may block in its turn, and
 * looks each time.
 *
 * <p>Thread: the producer's context.
 */
final class RecordClock {
    /** So many records in a row may have the time of the first of them. */
    static final int RUN = 16;

    private final Context context;
    private final LongSupplier clock;
    private final boolean turnsAreShort;
    private long nowMs;
    private int looks;
    /** How many records may still have the last time, which is of this turn. */
    private int left;

    private boolean inLongTurn;

    /** @param clock milliseconds since 1970 */
    RecordClock(Context context, LongSupplier clock) {
        this.context = context;
        this.clock = clock;
        this.turnsAreShort = context.isEventLoopContext();
    }

    /** For the record that is taken now. */
    long nowMs() {
        if (left > 0) {
            left--;
            return nowMs;
        }
        nowMs = clock.getAsLong();
        if (!turnsAreShort) {
            return nowMs;
        }
        if (inLongTurn) {
            left = RUN - 1;
        } else if (++looks == RUN) {
            // Who writes much does it many at a time: what comes before the end of this turn is of that kind.
            looks = 0;
            inLongTurn = true;
            context.runOnContext(next -> {
                inLongTurn = false;
                left = 0;
            });
        }
        return nowMs;
    }
}
