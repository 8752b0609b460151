package io.millrace.log.disk;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A {@link DiskFile} on a {@link FileChannel}. Gathered writes have no positional form in NIO, so the channel's own
 * position is kept at the end of the last write and moved only when a write does not continue there.
 * Thread: as {@link DiskFile}.
 */
final class RealDiskFile implements DiskFile {
    private final Path path;
    private final FileChannel channel;
    /** Writer's side only: where the channel's position stands; -1 when unknown. */
    private long channelPosition;

    RealDiskFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public int read(ByteBuffer dst, long position) throws IOException {
        return channel.read(dst, position);
    }

    @Override
    public void writeFully(ByteBuffer[] parts, int from, int count, long position) throws IOException {
        long left = 0;
        for (int i = from; i < from + count; i++) left += parts[i].remaining();
        try {
            if (channelPosition != position) channel.position(position);
            channelPosition = -1;
            int first = from;
            long done = 0;
            while (done < left) {
                long n = channel.write(parts, first, from + count - first);
                if (n < 0) throw new EOFException("write to " + path + " returned " + n);
                done += n;
                while (first < from + count && !parts[first].hasRemaining()) first++;
            }
            channelPosition = position + left;
        } catch (IOException e) {
            throw RealDisk.typed(path, e);
        }
    }

    @Override
    public void writeFully(ByteBuffer part, long position) throws IOException {
        try {
            long at = position;
            while (part.hasRemaining()) at += channel.write(part, at);
        } catch (IOException e) {
            throw RealDisk.typed(path, e);
        }
    }

    @Override
    public void truncate(long size) throws IOException {
        channelPosition = -1;
        try {
            if (channel.size() > size) channel.truncate(size);
        } catch (IOException e) {
            throw RealDisk.typed(path, e);
        }
    }

    @Override
    public void sync() throws IOException {
        channel.force(false);
    }

    @Override
    public Optional<FileChannel> channel() {
        return Optional.of(channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
