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
 * Remembers the broker epoch of this node's last registration, in {@code broker.epoch}: one line {@code
 * version=1 epoch=N}.
 *
 * <p>A broker that shows the epoch the cluster remembers has lost nothing since; one that can not is taken out of every
 * ISR when it registers (rule B13). So the file is only believed when the page cache has survived since it was written.
 *
 * <p>Thread: blocks, so none of the event loops.
 */
final class BrokerEpochFile {
    /** No epoch that could be vouched for. */
    static final long UNKNOWN = -1;

    private static final String PREFIX = "version=1 epoch=";

    private final Path file;

    BrokerEpochFile(Path directory) {
        file = directory.resolve("broker.epoch");
    }

    /** The epoch that was written last; {@link #UNKNOWN} when there is none or it can not be read. */
    long read() {
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8).trim();
            return text.startsWith(PREFIX) ? Long.parseLong(text.substring(PREFIX.length())) : UNKNOWN;
        } catch (IOException | NumberFormatException damaged) {
            return UNKNOWN;
        }
    }

    /** Writes an epoch; durable when this returns. */
    void write(long epoch) {
        Path fresh = file.resolveSibling(file.getFileName() + ".tmp");
        byte[] text = (PREFIX + epoch + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            try (FileChannel channel = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text);
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
            throw new UncheckedIOException(file + " can not be written", failure);
        }
    }
}
