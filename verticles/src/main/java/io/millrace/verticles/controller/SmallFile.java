package io.millrace.verticles.controller;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Replaces a file of a few lines so that a crash leaves the old or the new one, whole.
 *
 * <p>Thread: blocks, so none of the event loops.
 */
final class SmallFile {
    private static final int MAX_BYTES = 64 << 10;

    private SmallFile() {}

    /**
     * As {@link #write}; where the disk has no room for a second file, in the place of the old text, which takes none. A lost
     * power may then leave neither of both: only where a reader takes that for nothing. Durable when this returns.
     */
    static void writeAlsoWhenFull(Path file, String text) {
        try {
            write(file, text);
        } catch (UncheckedIOException full) {
            if (!Files.exists(file)) {
                throw full;
            }
            overwrite(file, text);
        }
    }

    private static void overwrite(Path file, String text) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            ByteBuffer padded = ByteBuffer.allocate((int) Math.max(bytes.length, Math.min(MAX_BYTES, channel.size())));
            padded.put(bytes);
            while (padded.hasRemaining()) {
                padded.put((byte) '\n');
            }
            padded.flip();
            while (padded.hasRemaining()) {
                channel.write(padded, padded.position());
            }
            channel.force(true);
        } catch (IOException failure) {
            throw unwritable(file, failure);
        }
    }

    /** Durable when this returns. */
    static void write(Path file, String text) {
        Path fresh = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                directory.force(true);
            }
        } catch (IOException failure) {
            throw unwritable(file, failure);
        }
    }

    /** The innermost cause is what a person is shown: it names the file. */
    private static UncheckedIOException unwritable(Path file, IOException failure) {
        IOException named = new IOException(file + " cannot be written: " + failure.getMessage());
        named.addSuppressed(failure);
        return new UncheckedIOException(named);
    }
}
