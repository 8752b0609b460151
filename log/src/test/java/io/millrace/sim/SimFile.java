package io.millrace.sim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * One file of the simulated disk: the bytes every process sees (the page cache), the bytes that are on the platter, and
 * the un-synced changes between the two in their order.
 *
 * <p>Thread: one at a time; the disk sees to it.
 */
final class SimFile implements SimNode {
    private static final int SECTOR_BYTES = 512;

    /** A change that only the page cache has. */
    private sealed interface Change permits Write, Cut {}

    private record Write(int position, byte[] bytes) implements Change {}

    private record Cut(int size) implements Change {}

    private final SimBytes cached = new SimBytes();
    private final SimBytes durable = new SimBytes();
    private final List<Change> unsynced = new ArrayList<>();

    int size() {
        return cached.size();
    }

    byte[] content() {
        return cached.copy();
    }

    int read(ByteBuffer dst, long position) {
        if (position >= cached.size()) {
            return -1;
        }
        int count = (int) Math.min(dst.remaining(), cached.size() - position);
        dst.put(cached.array(), (int) position, count);
        return count;
    }

    void write(byte[] bytes, long position) {
        Write write = new Write(Math.toIntExact(position), bytes);
        apply(write, cached);
        unsynced.add(write);
    }

    void truncate(long size) {
        if (size < cached.size()) {
            Cut cut = new Cut((int) size);
            apply(cut, cached);
            unsynced.add(cut);
        }
    }

    void sync() {
        unsynced.forEach(change -> apply(change, durable));
        unsynced.clear();
    }

    /** The system reports the error once and marks the pages clean: no later sync will write them. */
    void failSync() {
        unsynced.clear();
    }

    /** The power goes: what was not synced gets its fate, and the cache shows what the platter holds. */
    void losePower(PowerLoss loss, Random random) {
        if (loss == PowerLoss.SEEDED && !unsynced.isEmpty()) {
            switch (random.nextInt(4)) {
                case 0 -> unsynced.clear();
                case 1 -> {}
                case 2 -> keepTornPrefix(random);
                default -> keepSomeSectors(random);
            }
            sync();
        }
        unsynced.clear();
        cached.become(durable.copy());
    }

    /** Damage from outside: changes cache and platter alike. */
    void damage(UnaryOperator<byte[]> damage) {
        byte[] damaged = damage.apply(cached.copy());
        cached.become(damaged.clone());
        durable.become(damaged);
        unsynced.clear();
    }

    private void keepTornPrefix(Random random) {
        int whole = random.nextInt(unsynced.size());
        Change last = unsynced.get(whole);
        unsynced.subList(whole, unsynced.size()).clear();
        if (last instanceof Write torn && torn.bytes.length > 0) {
            unsynced.add(new Write(torn.position, Arrays.copyOf(torn.bytes, random.nextInt(torn.bytes.length))));
        }
    }

    /** The kernel writes dirty pages in any order: a sector that is missing before one that was kept reads as zeros. */
    private void keepSomeSectors(Random random) {
        List<Change> kept = new ArrayList<>();
        for (Change change : unsynced) {
            if (change instanceof Write write) {
                for (int from = 0; from < write.bytes.length; ) {
                    int sectorEnd = ((write.position + from) / SECTOR_BYTES + 1) * SECTOR_BYTES;
                    int to = Math.min(write.bytes.length, sectorEnd - write.position);
                    if (random.nextBoolean()) {
                        kept.add(new Write(write.position + from, Arrays.copyOfRange(write.bytes, from, to)));
                    }
                    from = to;
                }
            } else if (random.nextBoolean()) {
                kept.add(change);
            }
        }
        unsynced.clear();
        unsynced.addAll(kept);
    }

    private static void apply(Change change, SimBytes target) {
        if (change instanceof Write write) {
            target.put(write.position, write.bytes);
        } else if (change instanceof Cut cut) {
            target.cut(cut.size);
        }
    }
}
