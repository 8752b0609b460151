package io.millrace.membership.quorum;

import io.millrace.sim.SimOwner;
import io.millrace.sim.Simulation;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A store in memory with the timing and the forgetfulness of a disk: what was not synced may be gone after a crash, in
 * part or as a whole.
 *
 * <p>Thread: the simulation's only thread.
 */
class MemoryQuorumStore implements QuorumStore {
    private final Simulation simulation;
    private final SimOwner owner;
    private final Random random;
    private final MemoryQuorumDisk disk;
    private final List<QuorumBatch> live;
    private LogPosition base;
    private Listener listener;
    private long synced;
    private boolean syncing;
    /** Counts cuts: a sync begun before one says nothing about the log after it. */
    private int cuts;
    /** Fewest batches the file had since the last sync, and since the one under way began. */
    private int lowWater;

    private int lowWaterOfNext;
    private ElectionState persisting;
    private Runnable onCut = () -> {};
    private ByteArrayOutputStream incoming = new ByteArrayOutputStream();

    MemoryQuorumStore(Simulation simulation, SimOwner owner, MemoryQuorumDisk disk, String name) {
        this.simulation = simulation;
        this.owner = owner;
        this.disk = disk;
        this.random = simulation.random("disk of " + name);
        this.live = new ArrayList<>(disk.log);
        this.base = disk.base;
        this.synced = end();
        this.lowWater = live.size();
        this.lowWaterOfNext = live.size();
    }

    void onCut(Runnable counter) {
        onCut = counter;
    }

    List<QuorumBatch> live() {
        return live;
    }

    LogPosition base() {
        return base;
    }

    private long end() {
        return live.isEmpty() ? base.endOffset() : live.get(live.size() - 1).endOffset();
    }

    private void later(String what, int maxDelayMs, Runnable task) {
        simulation.scheduler().after(1 + random.nextInt(maxDelayMs), what, () -> owner.execute(task));
    }

    /** The power goes: of what was not synced some may be there, and a cut may be undone. */
    void lose() {
        if (persisting != null && random.nextBoolean()) {
            disk.election = persisting;
        }
        if (random.nextBoolean()) {
            int kept = lowWater + random.nextInt(live.size() - lowWater + 1);
            disk.log = new ArrayList<>(live.subList(0, kept));
        }
    }

    @Override
    public void setListener(Listener newListener) {
        listener = newListener;
    }

    @Override
    public void append(QuorumBatch batch) {
        if (batch.baseOffset() != end()) {
            throw new IllegalStateException(batch + " does not follow " + end());
        }
        live.add(batch);
        int cutsBefore = cuts;
        later("written", 1, () -> {
            if (cuts == cutsBefore) {
                listener.written(batch.endOffset());
            }
        });
        sync();
    }

    private void sync() {
        if (syncing) {
            return;
        }
        syncing = true;
        List<QuorumBatch> content = new ArrayList<>(live);
        int cutsBefore = cuts;
        lowWaterOfNext = live.size();
        later("sync", 12, () -> {
            syncing = false;
            // A cut took away what this sync was about; what reached the disk is found out after a crash.
            if (cuts == cutsBefore) {
                disk.log = content;
                lowWater = lowWaterOfNext;
                synced = content.isEmpty()
                        ? base.endOffset()
                        : content.get(content.size() - 1).endOffset();
                listener.synced(synced);
            }
            if (synced < end()) {
                sync();
            }
        });
    }

    @Override
    public void truncateTo(long endOffset, Runnable done) {
        cuts++;
        while (end() > endOffset) {
            live.remove(live.size() - 1);
        }
        if (end() != endOffset) {
            throw new IllegalStateException("cut to " + endOffset + " within a batch, now " + end());
        }
        synced = Math.min(synced, endOffset);
        onCut.run();
        lowWater = Math.min(lowWater, live.size());
        lowWaterOfNext = Math.min(lowWaterOfNext, live.size());
        later("truncated", 5, done);
    }

    @Override
    public void trimTo(LogPosition newBase) {
        int before = live.size();
        live.removeIf(batch -> batch.endOffset() <= newBase.endOffset());
        int gone = before - live.size();
        lowWater = Math.max(0, lowWater - gone);
        lowWaterOfNext = Math.max(0, lowWaterOfNext - gone);
        base = newBase;
        cuts++;
        disk.log = new ArrayList<>(disk.log);
        disk.log.removeIf(batch -> batch.endOffset() <= newBase.endOffset());
        disk.base = newBase;
    }

    @Override
    public long writtenEnd() {
        return end();
    }

    @Override
    public long syncedEnd() {
        return synced;
    }

    @Override
    public void read(long from, long limit, int maxBytes, Consumer<List<QuorumBatch>> found) {
        List<QuorumBatch> batches = new ArrayList<>();
        int size = 0;
        for (QuorumBatch batch : live) {
            boolean wanted = batch.baseOffset() >= from && batch.endOffset() <= limit && from >= base.endOffset();
            if (wanted && (batches.isEmpty() || size + batch.sizeBytes() <= maxBytes)) {
                batches.add(batch);
                size += batch.sizeBytes();
            }
        }
        later("read", 2, () -> found.accept(batches));
    }

    @Override
    public void persist(ElectionState election, Runnable done) {
        persisting = election;
        later("persisted", 8, () -> {
            disk.election = election;
            persisting = null;
            done.run();
        });
    }

    @Override
    public void writeSnapshot(
            LogPosition snapshot, Optional<VoterSet> voters, Supplier<List<byte[]>> records, Runnable done) {
        StoredSnapshot content = new StoredSnapshot(voters, records.get());
        later("snapshot", 40, () -> {
            if (snapshot.compareTo(disk.newestSnapshot()) > 0) {
                disk.keep(new MemoryQuorumDisk.Snapshot(snapshot, content));
            }
            done.run();
        });
    }

    @Override
    public void readSnapshotPart(LogPosition snapshot, long position, int maxBytes, Consumer<SnapshotPart> found) {
        MemoryQuorumDisk.Snapshot stored = disk.snapshots.get(snapshot.endOffset());
        SnapshotPart part = new SnapshotPart(-1, new byte[0]);
        if (stored != null && stored.position().equals(snapshot)) {
            byte[] all = SnapshotFile.encode(snapshot, stored.content());
            // Small parts, so that crashes and new leaders fall between them.
            int length = (int) Math.min(200, all.length - position);
            byte[] bytes = new byte[length];
            System.arraycopy(all, (int) position, bytes, 0, length);
            part = new SnapshotPart(all.length, bytes);
        }
        SnapshotPart answer = part;
        later("snapshot part", 2, () -> found.accept(answer));
    }

    @Override
    public void storeSnapshotPart(
            LogPosition snapshot, long position, byte[] bytes, boolean last, Consumer<Optional<StoredSnapshot>> done) {
        if (position == 0) {
            incoming = new ByteArrayOutputStream();
        }
        incoming.writeBytes(bytes);
        if (!last) {
            return;
        }
        StoredSnapshot content =
                SnapshotFile.decode(snapshot, incoming.toByteArray()).orElseThrow();
        cuts++;
        later("snapshot installed", 30, () -> {
            disk.snapshots.clear();
            disk.keep(new MemoryQuorumDisk.Snapshot(snapshot, content));
            disk.log = new ArrayList<>();
            disk.base = snapshot;
            live.clear();
            base = snapshot;
            synced = snapshot.endOffset();
            lowWater = 0;
            lowWaterOfNext = 0;
            done.accept(Optional.of(content));
        });
    }

    @Override
    public void close(Runnable done) {
        later("closed", 1, done);
    }
}
