package io.millrace.sim;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Damages files of a simulated disk behind the broker's back, in cache and on the platter, without counting a step.
 *
 * <p>Thread: the simulation's only thread, while no life is running.
 */
public final class LogCorrupter {
    private final SimDisk disk;

    public LogCorrupter(SimDisk disk) {
        this.disk = disk;
    }

    public long size(Path file) throws IOException {
        return disk.fileAt(file).size();
    }

    public byte[] content(Path file) throws IOException {
        return disk.fileAt(file).content();
    }

    public void flipBit(Path file, long position, int bit) throws IOException {
        disk.fileAt(file).damage(bytes -> {
            bytes[Math.toIntExact(position)] ^= (byte) (1 << bit);
            return bytes;
        });
    }

    public void truncateTo(Path file, long size) throws IOException {
        disk.fileAt(file).damage(bytes -> Arrays.copyOf(bytes, Math.toIntExact(Math.min(size, bytes.length))));
    }

    public void cutLastBytes(Path file, long count) throws IOException {
        truncateTo(file, Math.max(0, size(file) - count));
    }

    public void zeroBlock(Path file, long position, int length) throws IOException {
        disk.fileAt(file).damage(bytes -> {
            int from = (int) Math.min(position, bytes.length);
            Arrays.fill(bytes, from, Math.min(bytes.length, from + length), (byte) 0);
            return bytes;
        });
    }

    public void append(Path file, byte[] garbage) throws IOException {
        disk.fileAt(file).damage(bytes -> {
            byte[] longer = Arrays.copyOf(bytes, bytes.length + garbage.length);
            System.arraycopy(garbage, 0, longer, bytes.length, garbage.length);
            return longer;
        });
    }

    public void delete(Path file) throws IOException {
        disk.vanish(file);
    }

    /** Each file gets the other's content: a lost rename, a segment of another partition. */
    public void swap(Path one, Path other) throws IOException {
        byte[] first = content(one);
        byte[] second = content(other);
        disk.fileAt(one).damage(bytes -> second);
        disk.fileAt(other).damage(bytes -> first);
    }
}
