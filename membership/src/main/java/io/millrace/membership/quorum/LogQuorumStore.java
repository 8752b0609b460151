package io.millrace.membership.quorum;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOutcome;
import io.millrace.log.FileSlice;
import io.millrace.log.LogListener;
import io.millrace.log.PartitionLog;
import io.millrace.log.Payload;
import io.millrace.log.ReadOutcome;
import io.millrace.log.disk.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store on disk: the log is a {@link PartitionLog} that syncs every write, promises and snapshots are files beside
 * its segments.
 *
 * <p>A full disk is waited for: nothing is answered meanwhile, and nothing is lost. Any other error is the end (rule Q8).
 *
 * <p>Thread: the owner's; files are touched on {@code files}, which runs one task at a time.
 */
final class LogQuorumStore implements QuorumStore {
    private static final int FULL_DISK_RETRY_MS = 250;
    /** Of the refusals one after the other, every so many-th is told: half a minute apart. */
    private static final int TELL_EVERY_REFUSAL = 120;

    private static final Logger log = LoggerFactory.getLogger(LogQuorumStore.class);

    /** Work on files that may fail. */
    private interface FileWork<T> {
        T run() throws IOException;
    }

    private final PartitionLog partition;
    private final QuorumStateFile stateFile;
    private final SnapshotFolder snapshots;
    private final Executor files;
    private final QuorumPorts ports;
    private final LongSupplier wallClockMs;
    private final UnwrittenBatches unwritten = new UnwrittenBatches();
    private NodePromises promises;
    private Listener listener;
    private boolean failed;
    private boolean retrying;
    private int refusals;

    LogQuorumStore(
            PartitionLog partition,
            QuorumStateFile stateFile,
            NodePromises promises,
            SnapshotFolder snapshots,
            Executor files,
            QuorumPorts ports,
            LongSupplier wallClockMs) {
        this.partition = partition;
        this.stateFile = stateFile;
        this.promises = promises;
        this.snapshots = snapshots;
        this.files = files;
        this.ports = ports;
        this.wallClockMs = wallClockMs;
        partition.setListener(new PartitionEvents());
    }

    @Override
    public void setListener(Listener newListener) {
        listener = newListener;
    }

    @Override
    public void append(QuorumBatch batch) {
        unwritten.add(batch);
        offer();
    }

    private void offer() {
        if (failed) {
            return;
        }
        if (!retrying) {
            unwritten.offerTo(this::appendNow);
            if (unwritten.anyWaiting()) {
                offerLater();
            }
        }
    }

    private void offerLater() {
        if (!failed && !retrying) {
            retrying = true;
            ports.alarm().set(FULL_DISK_RETRY_MS, () -> {
                retrying = false;
                offer();
            });
        }
    }

    private boolean appendNow(QuorumBatch batch) {
        AppendOutcome outcome =
                partition.appendReplicated(BatchCodec.encode(batch, wallClockMs.getAsLong()), wallClockMs.getAsLong());
        if (outcome instanceof AppendOutcome.Rejected rejected) {
            boolean passes = rejected.error() == AppendError.DISK_FULL || rejected.error() == AppendError.WRITER_BUSY;
            if (!passes) {
                fail(rejected.message());
            }
            return false;
        }
        return true;
    }

    @Override
    public void truncateTo(long endOffset, Runnable done) {
        unwritten.cutTo(endOffset);
        partition.truncateTo(endOffset, done);
    }

    @Override
    public void trimTo(LogPosition base) {
        partition.advanceLogStart(base.endOffset());
        partition.maintain(wallClockMs.getAsLong(), base.endOffset());
    }

    @Override
    public long writtenEnd() {
        return partition.writtenEnd();
    }

    @Override
    public long syncedEnd() {
        return partition.syncedEnd();
    }

    @Override
    public void read(long from, long limit, int maxBytes, Consumer<List<QuorumBatch>> found) {
        ReadOutcome outcome = partition.read(from, limit, maxBytes, true);
        if (outcome instanceof ReadOutcome.FromMemory memory) {
            List<QuorumBatch> batches = new ArrayList<>();
            for (Payload payload : memory.batches()) {
                batches.addAll(BatchCodec.decode(payload.bytes()));
                payload.release();
            }
            ports.owner().execute(() -> found.accept(batches));
        } else if (outcome instanceof ReadOutcome.FromDisk disk) {
            disk.read().submit(slice -> decode(slice, found), failure -> fail("it cannot be read: " + failure));
        } else {
            ports.owner().execute(() -> found.accept(List.of()));
        }
    }

    private void decode(FileSlice slice, Consumer<List<QuorumBatch>> found) {
        onFiles(
                () -> {
                    try {
                        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
                        if (!slice.isEmpty()) {
                            slice.readInto(bytes);
                        }
                        return BatchCodec.decode(bytes.flip());
                    } finally {
                        slice.release();
                    }
                },
                found,
                full -> fail("it cannot be read: " + full));
    }

    @Override
    public void persist(ElectionState election, Runnable done) {
        NodePromises next = promises.with(election);
        onFiles(
                () -> {
                    stateFile.write(next);
                    return next;
                },
                written -> {
                    promises = written;
                    done.run();
                },
                full -> ports.alarm().set(FULL_DISK_RETRY_MS, () -> persist(election, done)));
    }

    @Override
    public void writeSnapshot(
            LogPosition snapshot, Optional<VoterSet> voters, Supplier<List<byte[]>> records, Runnable done) {
        onFiles(
                () -> {
                    snapshots.write(snapshot, SnapshotFile.encode(snapshot, new StoredSnapshot(voters, records.get())));
                    return snapshot;
                },
                ignored -> done.run(),
                full -> {
                    log.warn("no space for the metadata snapshot {}, trying again", snapshot);
                    ports.alarm().set(20 * FULL_DISK_RETRY_MS, () -> writeSnapshot(snapshot, voters, records, done));
                });
    }

    @Override
    public void readSnapshotPart(LogPosition snapshot, long position, int maxBytes, Consumer<SnapshotPart> found) {
        onFiles(() -> snapshots.readPart(snapshot, position, maxBytes), found, full -> {});
    }

    @Override
    public void storeSnapshotPart(
            LogPosition snapshot, long position, byte[] bytes, boolean last, Consumer<Optional<StoredSnapshot>> done) {
        onFiles(
                () -> {
                    snapshots.writePart(snapshot, position, bytes);
                    return last ? snapshots.checkPart(snapshot) : Optional.<StoredSnapshot>empty();
                },
                content -> {
                    if (last && content.isPresent()) {
                        install(snapshot, content, done);
                    } else if (last) {
                        done.accept(content);
                    }
                },
                full -> {
                    if (last) {
                        done.accept(Optional.empty());
                    }
                });
    }

    /** First the snapshot counts, then the log is emptied: a crash in between is mended at the next start. */
    private void install(
            LogPosition snapshot, Optional<StoredSnapshot> content, Consumer<Optional<StoredSnapshot>> done) {
        onFiles(
                () -> {
                    snapshots.publish(snapshot);
                    return snapshot;
                },
                ignored -> {
                    unwritten.cutTo(0);
                    partition.truncateFullyAndStartAt(snapshot.endOffset(), () -> done.accept(content));
                },
                full -> done.accept(Optional.empty()));
    }

    @Override
    public void close(Runnable done) {
        partition.close(() -> files.execute(() -> ports.owner().execute(done)));
    }

    /** Runs on the files' thread, comes back to the owner: with the result, with "disk full", or as a failure. */
    private <T> void onFiles(FileWork<T> work, Consumer<T> result, Consumer<DiskFullException> full) {
        if (failed) {
            return;
        }
        files.execute(() -> {
            try {
                T value = work.run();
                ports.owner().execute(() -> result.accept(value));
            } catch (DiskFullException e) {
                ports.owner().execute(() -> full.accept(e));
            } catch (IOException | RuntimeException e) {
                log.error("the metadata folder failed", e);
                ports.owner().execute(() -> fail(e.toString()));
            }
        });
    }

    private void fail(String why) {
        if (!failed) {
            failed = true;
            listener.failed(why);
        }
    }

    private final class PartitionEvents implements LogListener {
        @Override
        public void onWritten(long writtenEnd, int bytes) {
            refusals = 0;
            unwritten.writtenTo(writtenEnd);
            listener.written(writtenEnd);
        }

        @Override
        public void onSynced(long syncedEnd) {
            listener.synced(partition.syncedEnd());
        }

        @Override
        public void onAppendsFailed(long cutBackTo, AppendError why) {
            if (refusals++ % TELL_EVERY_REFUSAL == 0) {
                log.warn("the metadata log could not be written ({}), trying again until it can", why);
            }
            unwritten.givenBackFrom(cutBackTo);
            offerLater();
        }

        @Override
        public void onOffline(String why) {
            fail(why);
        }
    }
}
