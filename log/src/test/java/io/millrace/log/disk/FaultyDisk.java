package io.millrace.log.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The real disk, with a few things going wrong on demand. Thread: any. */
public final class FaultyDisk implements Disk {
    private final RealDisk real = new RealDisk();
    private volatile long freeBytes = Long.MAX_VALUE;
    private volatile boolean writesFail;
    private volatile boolean syncsFail;
    private volatile boolean syncsTakeNoTime;
    private volatile boolean noMemory;
    private volatile boolean renamesFail;
    private volatile String identity;
    private volatile int opensToFail;
    private volatile int handlesWanted;
    private volatile int handlesGoneFrom = Integer.MAX_VALUE;
    private volatile int handlesGone;
    private volatile int roomWanted;
    private volatile int roomGoneFrom = Integer.MAX_VALUE;
    private volatile int roomGone;
    private volatile long memoryBytes;
    private volatile Runnable whileReading = () -> {};

    /** From now on files may grow by so many bytes; the write that crosses that leaves what fitted. */
    public void freeBytes(long bytes) {
        freeBytes = bytes;
    }

    public void enoughSpace() {
        freeBytes = Long.MAX_VALUE;
    }

    public void failWrites() {
        writesFail = true;
    }

    /** As java.nio says that there is no direct memory for what is to be written. */
    public void noMemory(boolean none) {
        noMemory = none;
    }

    private void takeMemory() {
        if (noMemory) throw new OutOfMemoryError("Cannot reserve bytes of direct buffer memory");
    }

    /** Syncs take no time: nobody loses power here. */
    public void syncAtOnce() {
        syncsTakeNoTime = true;
    }

    public void failSyncs(boolean fail) {
        syncsFail = fail;
    }

    /** The machine was restarted. */
    public void reboot() {
        identity = "another boot";
    }

    @Override
    public DiskFile open(Path file, OpenMode mode) throws IOException {
        takeHandleOfAny(file);
        takeHandle(file);
        if (mode == OpenMode.CREATE && !real.exists(file)) takeRoom(file);
        return new File(file, real.open(file, mode));
    }

    private void takeHandle(Path path) throws IOException {
        if (opensToFail == 0) return;
        opensToFail--;
        throw new NoFreeFilesException(path + ": Too many open files", null);
    }

    /** Folders are opened too, to be listed or synced. */
    private void takeHandleOfAny(Path path) throws IOException {
        int wanted = handlesWanted++;
        if (wanted < handlesGoneFrom || wanted - handlesGoneFrom >= handlesGone) return;
        throw new NoFreeFilesException(path + ": Too many open files", null);
    }

    /** From now on the handles from the given one on are not to be had, so many of them; those of folders are counted too. */
    public void noHandles(int from, int many) {
        handlesWanted = 0;
        handlesGoneFrom = from;
        handlesGone = many;
    }

    /** From now on the writes, and the new files, from the given one on find no room, so many of them. */
    public void noRoom(int from, int many) {
        roomWanted = 0;
        roomGoneFrom = from;
        roomGone = many;
    }

    private void takeRoom(Path path) throws IOException {
        int wanted = roomWanted++;
        if (wanted < roomGoneFrom || wanted - roomGoneFrom >= roomGone) return;
        throw new DiskFullException(path + ": no space left", null);
    }

    /** How often room was wanted since {@link #noRoom}. */
    public int roomWanted() {
        return roomWanted;
    }

    /** How many handles were wanted since {@link #noHandles(int, int)}. */
    public int handlesWanted() {
        return handlesWanted;
    }

    /** So many of the next opens find no free file handle. */
    public void noHandles(int opens) {
        opensToFail = opens;
    }

    /** So much memory can be counted on; none unless this is called. */
    public void memoryBytes(long bytes) {
        memoryBytes = bytes;
    }

    @Override
    public long memoryBytes() {
        return memoryBytes;
    }

    /** Happens during each read of a file. */
    public void whileReading(Runnable happens) {
        whileReading = happens;
    }

    /** No new name fits into a folder. */
    public void failRenames(boolean fail) {
        renamesFail = fail;
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        if (renamesFail) throw new DiskFullException("no space for " + to, null);
        real.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        real.delete(path);
    }

    @Override
    public void createDirectories(Path folder) throws IOException {
        if (freeBytes <= 0) throw new DiskFullException("no space for " + folder, null);
        real.createDirectories(folder);
    }

    @Override
    public void syncDirectory(Path folder) throws IOException {
        takeHandleOfAny(folder);
        if (!syncsTakeNoTime) real.syncDirectory(folder);
    }

    @Override
    public List<Path> list(Path folder) throws IOException {
        takeHandleOfAny(folder);
        return real.list(folder);
    }

    @Override
    public boolean exists(Path path) {
        return real.exists(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return real.isDirectory(path);
    }

    @Override
    public long size(Path file) throws IOException {
        return real.size(file);
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        return Math.min(freeBytes, real.usableBytes(path));
    }

    @Override
    public long totalBytes(Path path) throws IOException {
        return real.totalBytes(path);
    }

    @Override
    public DiskLock lock(Path lockFile) throws IOException {
        return real.lock(lockFile);
    }

    @Override
    public String pageCacheIdentity(Path path) {
        return identity == null ? real.pageCacheIdentity(path) : identity;
    }

    private final class File implements DiskFile {
        private final Path path;
        private final DiskFile file;

        File(Path path, DiskFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(ByteBuffer dst, long position) throws IOException {
            whileReading.run();
            return file.read(dst, position);
        }

        @Override
        public void writeFully(ByteBuffer[] parts, int from, int count, long position) throws IOException {
            long at = position;
            for (int i = from; i < from + count; i++) {
                int size = parts[i].remaining();
                writeFully(parts[i], at);
                at += size;
            }
        }

        @Override
        public void writeFully(ByteBuffer part, long position) throws IOException {
            takeMemory();
            if (writesFail) throw new IOException("Input/output error");
            takeRoom(path);
            int size = part.remaining();
            long more = Math.max(0, Math.min(size, position + size - file.size()));
            if (more > freeBytes) {
                ByteBuffer fits = part.duplicate().limit(part.limit() - (int) (more - Math.max(0, freeBytes)));
                file.writeFully(fits, position);
                freeBytes = 0;
                throw new DiskFullException(path + ": no space left", null);
            }
            if (freeBytes != Long.MAX_VALUE) freeBytes -= more;
            file.writeFully(part, position);
        }

        @Override
        public void truncate(long size) throws IOException {
            takeMemory();
            file.truncate(size);
        }

        @Override
        public void sync() throws IOException {
            takeMemory();
            if (syncsFail) throw new IOException("Input/output error");
            if (!syncsTakeNoTime) file.sync();
        }

        @Override
        public Optional<FileChannel> channel() {
            return file.channel();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
