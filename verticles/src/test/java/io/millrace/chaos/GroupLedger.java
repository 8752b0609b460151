package io.millrace.chaos;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * What a group was told of its commits, and what its members have handled.
 *
 * <p>Thread: any; every method is synchronized.
 */
final class GroupLedger {
    private static final int EXAMPLES = 8;

    private final String group;
    private final long[] committed = new long[Load.PARTITIONS];
    private final long[] expected = new long[Load.PARTITIONS];
    private final List<BitSet> handled = new ArrayList<>();
    private final List<String> findings = new ArrayList<>();
    private int begun;

    GroupLedger(String group) {
        this.group = group;
        for (int partition = 0; partition < Load.PARTITIONS; partition++) {
            handled.add(new BitSet());
        }
        Arrays.fill(expected, -1);
    }

    String group() {
        return group;
    }

    /** A commit was acknowledged. */
    synchronized void committed(int partition, long offset) {
        committed[partition] = Math.max(committed[partition], offset);
    }

    /** The largest offset whose commit was acknowledged, 0 when none was. */
    synchronized long committed(int partition) {
        return committed[partition];
    }

    /** A member begins at {@code position}, though {@code atLeast} had been acknowledged before it asked. */
    synchronized void begins(int partition, long atLeast, long position) {
        begun++;
        if (position < atLeast) {
            note("of " + partition + " " + atLeast + " was committed, then a member was told " + position);
        }
        int next = handled.get(partition).nextClearBit(0);
        if (position > next) {
            note("a member began at " + position + " of " + partition + " though nobody had handled " + next);
        }
        expected[partition] = position;
    }

    synchronized void handled(int partition, long offset) {
        // Topics of these stories have neither transactions nor compaction: there are no holes.
        if (offset != expected[partition]) {
            note("after " + (expected[partition] - 1) + " of " + partition + " came " + offset);
        }
        expected[partition] = offset + 1;
        handled.get(partition).set((int) offset);
    }

    synchronized boolean hasCommitted(long[] ends) {
        return Arrays.equals(committed, ends);
    }

    /** Compares with what the coordinator says at the end, and with where the partitions end. */
    synchronized List<String> findings(long[] told, long[] ends) {
        for (int partition = 0; partition < Load.PARTITIONS; partition++) {
            if (told[partition] < committed[partition]) {
                note("of " + partition + " " + committed[partition] + " was committed, in the end it is "
                        + told[partition]);
            }
            int next = handled.get(partition).nextClearBit(0);
            if (next < ends[partition]) {
                note(next + " of " + partition + " was never handled, it ends at " + ends[partition]);
            }
        }
        if (begun == 0) {
            note("nobody was ever given a partition");
        }
        return List.copyOf(findings);
    }

    private void note(String finding) {
        if (findings.size() < EXAMPLES) {
            findings.add("group " + group + ": " + finding);
        }
    }
}
