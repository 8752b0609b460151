package io.millrace.membership.quorum;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The outline of a log as found at start.
 *
 * @param base where the log begins: {@link LogPosition#EMPTY}, or a snapshot it goes on from
 * @param snapshot the newest snapshot, at or after the base; {@link LogPosition#EMPTY} when there is none
 * @param epochStarts the first offset of every epoch in it
 * @param endOffset exclusive
 * @param voters what the snapshot and the log say of them
 *     <p>Thread: immutable.
 */
public record StoredLog(
        LogPosition base, LogPosition snapshot, Map<Integer, Long> epochStarts, long endOffset, StoredVoters voters) {
    public static final StoredLog NEW = new StoredLog(LogPosition.EMPTY, LogPosition.EMPTY, Map.of(), 0);

    /** A log that has never changed its voters. */
    public StoredLog(LogPosition base, LogPosition snapshot, Map<Integer, Long> epochStarts, long endOffset) {
        this(base, snapshot, epochStarts, endOffset, StoredVoters.NONE);
    }

    public StoredLog {
        epochStarts = Collections.unmodifiableMap(new TreeMap<>(epochStarts));
        if (snapshot.endOffset() < base.endOffset() || endOffset < snapshot.endOffset()) {
            throw new IllegalArgumentException(
                    "a log from " + base + " to " + endOffset + " does not go with the snapshot " + snapshot);
        }
    }
}
