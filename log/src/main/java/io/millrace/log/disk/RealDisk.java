package io.millrace.log.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** The operating system's file system through NIO; nothing is memory-mapped. Thread: any. */
public final class RealDisk implements Disk {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final Path MEMORY = Path.of("/proc/meminfo");
    /** Of a container: the page cache of what it reads and writes counts. */
    private static final Path MEMORY_LIMIT = Path.of("/sys/fs/cgroup/memory.max");

    @Override
    public DiskFile open(Path file, OpenMode mode) throws IOException {
        Set<? extends OpenOption> options =
                switch (mode) {
                    case READ -> Set.of(StandardOpenOption.READ);
                    case READ_WRITE -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
                    case CREATE -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
                };
        try {
            return new RealDiskFile(file, FileChannel.open(file, options));
        } catch (IOException e) {
            throw typed(file, e);
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw typed(from, e);
        }
    }

    @Override
    public void delete(Path path) throws IOException {
        try {
            Files.deleteIfExists(path);
        } catch (DirectoryNotEmptyException e) {
            throw new IOException("folder " + path + " is not empty", e);
        }
    }

    @Override
    public void createDirectories(Path folder) throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw typed(folder, e);
        }
    }

    @Override
    public void syncDirectory(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw typed(folder, e);
        }
    }

    @Override
    public List<Path> list(Path folder) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (Stream<Path> stream = Files.list(folder)) {
            stream.forEach(entries::add);
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        } catch (IOException e) {
            throw typed(folder, e);
        }
        entries.sort(null);
        return entries;
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return Files.isDirectory(path);
    }

    @Override
    public long size(Path file) throws IOException {
        return Files.size(file);
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }

    @Override
    public long totalBytes(Path path) throws IOException {
        return Files.getFileStore(path).getTotalSpace();
    }

    @Override
    public long memoryBytes() {
        String limit = readOrUnknown(MEMORY_LIMIT);
        // "MemTotal:       24619192 kB"
        String[] total = readOrUnknown(MEMORY).split("\\s+", 3);
        try {
            long memory = Long.parseLong(total[1]) << 10;
            return Character.isDigit(limit.charAt(0)) ? Math.min(memory, Long.parseLong(limit)) : memory;
        } catch (RuntimeException e) {
            return 0;
        }
    }

    @Override
    public DiskLock lock(Path lockFile) throws IOException {
        FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // This process holds it already: the same refusal as for another process.
            lock = null;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        if (lock == null) {
            channel.close();
            throw new DiskLockedException(lockFile + " is locked");
        }
        // The lock goes with the channel.
        return channel::close;
    }

    /** Kernel boot id plus the mount that holds the path: a forced remount loses pages just as a reboot does. */
    @Override
    public String pageCacheIdentity(Path path) {
        return readOrUnknown(BOOT_ID) + " " + mountOf(path);
    }

    private static String mountOf(Path path) {
        try {
            Path real = path.toRealPath();
            String best = "unknown";
            int bestLength = -1;
            for (String line : Files.readAllLines(MOUNTS)) {
                String[] fields = line.split(" ");
                if (fields.length < 5) continue;
                Path mount = Path.of(fields[4].replace("\\040", " "));
                if (real.startsWith(mount) && mount.getNameCount() >= bestLength) {
                    bestLength = mount.getNameCount();
                    best = fields[0] + "/" + fields[2];
                }
            }
            return best;
        } catch (IOException | RuntimeException e) {
            return storeName(path);
        }
    }

    private static String storeName(Path path) {
        try {
            FileStore store = Files.getFileStore(path);
            return store.name() + "/" + store.type();
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String readOrUnknown(Path file) {
        try {
            return Files.readString(file).trim();
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** NIO reports a full device, and a full table of files, only in the message's text. */
    static IOException typed(Path path, IOException e) {
        if (e instanceof DiskFullException || e instanceof NoSuchFileException) return e;
        String text = e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.getMessage();
        String lower = text == null ? "" : text.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left") || lower.contains("quota exceeded")) {
            return new DiskFullException(path + ": " + text, e);
        }
        if (lower.contains("too many open files")) {
            return new NoFreeFilesException(path + ": " + text, e);
        }
        return e;
    }
}
