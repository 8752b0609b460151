package io.millrace.log.segment;

import java.util.List;

/**
 * Some segments and the one that shall take their place, written and synced. Thread: any (not changed once made).
 *
 * @param fileName of the new one in the partition's folder
 */
record CleanedGroup(
        List<Segment> old, String fileName, LoadedIndex index, long firstTimestamp, List<Long> emptyAborts) {
    long baseOffset() {
        return old.get(0).baseOffset;
    }

    long endOffset() {
        return old.get(old.size() - 1).endOffset;
    }
}
