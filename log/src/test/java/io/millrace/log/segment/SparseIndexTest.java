package io.millrace.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SparseIndexTest {
    private static final long BASE = 5_000_000_000L;

    @Test
    void theFloorIsTheLastEntryAtOrBelow() {
        SparseIndex index = new SparseIndex(BASE, 100, BASE, 0, -1);
        index.add(BASE + 10, 50, 7);
        index.add(BASE + 20, 150, 9);
        index.add(BASE + 30, 260, 12);

        assertThat(index.count()).isEqualTo(3);
        assertThat(index.floorOffset(BASE + 19)).isZero();
        assertThat(index.floorOffset(BASE + 20)).isEqualTo(1);
        assertThat(index.floorOffset(BASE - 1)).isEqualTo(-1);
        assertThat(index.floorPosition(259)).isEqualTo(1);
        assertThat(index.floorTimestamp(9)).isZero();
        assertThat(index.floorTimestamp(10)).isEqualTo(1);
    }

    @Test
    void aFullIndexIsThinnedAndStillFindsEverything() {
        SparseIndex index = new SparseIndex(BASE, 1, BASE, 0, -1);
        int batches = SparseIndex.MAX_ENTRIES * 5;
        for (int i = 1; i < batches; i++) index.add(BASE + i, i * 100, i);

        assertThat(index.count()).isLessThanOrEqualTo(SparseIndex.MAX_ENTRIES);
        for (int i = 0; i < batches; i += 97) {
            int entry = index.floorOffset(BASE + i);
            assertThat(index.offset(entry)).isLessThanOrEqualTo(BASE + i).isGreaterThan(BASE + i - 2 * 8 * 100);
            assertThat(index.position(entry)).isEqualTo((int) (index.offset(entry) - BASE) * 100);
        }
    }

    @Test
    void whatIsCutIsForgotten() {
        SparseIndex index = new SparseIndex(BASE, 10, BASE, 0, -1);
        index.add(BASE + 1, 100, 1);
        index.add(BASE + 2, 200, 2);

        index.truncate(200);

        assertThat(index.count()).isEqualTo(2);
        index.truncate(0);
        assertThat(index.count()).isEqualTo(1);
    }
}
