package io.millrace.log.compact;

import java.util.ArrayList;
import java.util.List;

/**
 * Which neighbouring segments become one: as many as are within {@code segment.bytes} together and within the offsets that
 * an index can address. Thread: any (no state).
 */
public final class SegmentGroups {
    private SegmentGroups() {}

    /**
     * @param segments in order
     * @return for each group the index of its first segment; the next one's first, or the number of segments, ends it
     */
    public static List<Integer> starts(List<SegmentFacts> segments, int segmentBytes) {
        List<Integer> starts = new ArrayList<>();
        long bytes = 0;
        long base = 0;
        for (int i = 0; i < segments.size(); i++) {
            SegmentFacts segment = segments.get(i);
            bytes += segment.sizeBytes();
            boolean fits = i > 0 && bytes <= segmentBytes && segment.endOffset() - 1 - base <= Integer.MAX_VALUE;
            if (!fits) {
                starts.add(i);
                bytes = segment.sizeBytes();
                base = segment.baseOffset();
            }
        }
        return starts;
    }
}
