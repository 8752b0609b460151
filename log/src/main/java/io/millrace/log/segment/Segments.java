package io.millrace.log.segment;

import java.util.ArrayList;
import java.util.List;

/**
 * The segments of a log in the order of their base offsets; the last one is appended to. Thread: the owner's.
 */
final class Segments {
    private final ArrayList<Segment> list = new ArrayList<>(1);
    private long sealedBytes;

    boolean isEmpty() {
        return list.isEmpty();
    }

    int count() {
        return list.size();
    }

    Segment get(int i) {
        return list.get(i);
    }

    Segment first() {
        return list.get(0);
    }

    /** Null when there is none. */
    Segment active() {
        return list.isEmpty() ? null : list.get(list.size() - 1);
    }

    void add(Segment segment) {
        Segment before = active();
        if (before != null) {
            if (before.baseOffset >= segment.baseOffset) {
                throw new IllegalStateException(segment.baseOffset + " does not follow " + before.baseOffset);
            }
            sealedBytes += before.sizeBytes;
        }
        list.add(segment);
    }

    Segment removeFirst() {
        Segment removed = list.remove(0);
        sealedBytes = list.isEmpty() ? 0 : sealedBytes - removed.sizeBytes;
        return removed;
    }

    /** Where a run of these very segments starts; -1 when they are not all there any more, or the last is active. */
    int indexOfRun(List<Segment> run) {
        int at = list.indexOf(run.get(0));
        if (at < 0 || at + run.size() >= list.size()) return -1;
        for (int i = 1; i < run.size(); i++) {
            if (list.get(at + i) != run.get(i)) return -1;
        }
        return at;
    }

    /** Sealed segments become one. */
    void replace(int at, int count, Segment by) {
        for (int i = 0; i < count; i++) sealedBytes -= list.get(at + i).sizeBytes;
        list.subList(at, at + count).clear();
        list.add(at, by);
        sealedBytes += by.sizeBytes;
    }

    /** The one before becomes the active one again. */
    Segment removeLast() {
        Segment removed = list.remove(list.size() - 1);
        if (!list.isEmpty()) sealedBytes -= active().sizeBytes;
        return removed;
    }

    long sizeBytes() {
        return list.isEmpty() ? 0 : sealedBytes + active().sizeBytes;
    }

    /** The segment that holds the offset, or the one before a gap; null when it lies before the first. */
    Segment floor(long offset) {
        int i = floorIndex(offset);
        return i < 0 ? null : list.get(i);
    }

    int floorIndex(long offset) {
        int low = 0;
        int high = list.size() - 1;
        int found = -1;
        while (low <= high) {
            int mid = (low + high) >>> 1;
            if (list.get(mid).baseOffset <= offset) {
                found = mid;
                low = mid + 1;
            } else {
                high = mid - 1;
            }
        }
        return found;
    }

    List<SegmentView> viewsFrom(int index) {
        List<SegmentView> views = new ArrayList<>(list.size() - index);
        for (int i = index; i < list.size(); i++) {
            if (list.get(i).writtenBytes > 0) views.add(list.get(i).view());
        }
        return views;
    }
}
