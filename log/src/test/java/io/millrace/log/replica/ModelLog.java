package io.millrace.log.replica;

import java.util.ArrayList;
import java.util.List;

/**
 * A log as the rules see it: values with leader epochs and three cursors. The entries survive a crash as far as the mode
 * promises; the object is the disk.
 *
 * <p>Thread: one.
 */
final class ModelLog {
    record Entry(int epoch, int value) {}

    final List<Entry> entries = new ArrayList<>();
    private final boolean group;
    /** (epoch, start offset) in rising order. */
    private final List<int[]> epochs = new ArrayList<>();

    int written;
    int synced;

    ModelLog(boolean group) {
        this.group = group;
    }

    int end() {
        return entries.size();
    }

    int durableEnd() {
        return group ? synced : written;
    }

    void startEpoch(int epoch) {
        if (epochs.isEmpty() || epochs.get(epochs.size() - 1)[0] != epoch) {
            // An epoch that wrote nothing leaves no trace, even if it is newer.
            epochs.removeIf(known -> known[1] >= end());
            if (epochs.isEmpty() || epochs.get(epochs.size() - 1)[0] < epoch) {
                epochs.add(new int[] {epoch, end()});
            }
        }
    }

    void append(Entry entry) {
        startEpoch(entry.epoch());
        entries.add(entry);
    }

    int lastEpoch() {
        return durableEnd() == 0 ? -1 : entries.get(durableEnd() - 1).epoch();
    }

    /** KIP-320: {largest epoch not above, its end}. */
    int[] endOf(int epoch) {
        int found = -1;
        int end = end();
        for (int i = epochs.size() - 1; i >= 0; i--) {
            if (epochs.get(i)[0] <= epoch) {
                found = epochs.get(i)[0];
                break;
            }
            end = epochs.get(i)[1];
        }
        return found < 0 ? new int[] {-1, 0} : new int[] {found, end};
    }

    void truncateTo(int end) {
        while (entries.size() > end) {
            entries.remove(entries.size() - 1);
        }
        epochs.removeIf(epoch -> epoch[1] >= end);
        written = Math.min(written, end);
        synced = Math.min(synced, end);
    }

    /** What a crash leaves: in group mode the machine may have lost its page cache, else only the process died. */
    void crash(int lostOfUnsynced) {
        int kept = group ? Math.max(synced, written - lostOfUnsynced) : written;
        truncateTo(kept);
        written = kept;
        synced = group ? kept : synced;
    }
}
