package io.millrace.log.crash;

import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.OpenMode;
import io.millrace.sim.LogCorrupter;
import io.millrace.sim.Simulation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A node of which a story is told: what it does to its logs, and what is done to them behind its back. Every opening of a
 * directory holds what is found against {@link RecoveryRule#ALL}.
 *
 * <p>Thread: one.
 */
final class CrashStory {
    /** Long enough for a checkpoint to be written. */
    static final long CHECKPOINT_MS = 7_000;

    static final long PRODUCER = 3;

    final NodeWorld world = new NodeWorld(new Simulation(5), "node", AckRule.BY_FLUSH_MODE);
    final LogCorrupter platter = new LogCorrupter(world.disk());

    LogLife opened() throws Exception {
        LogLife life = world.startLife();
        life.open();
        return life;
    }

    static Replica leading(LogLife life, String topic, boolean group) {
        Replica replica = life.create(topic, group ? ScriptedLife.GROUP : ScriptedLife.PAGE_CACHE);
        replica.lead();
        return replica;
    }

    static void produce(LogLife life, Replica replica, int batches) {
        for (int i = 0; i < batches; i++) {
            replica.produceIdempotent(PRODUCER, 2);
        }
        life.awaitAcks();
    }

    private Path folder(String topic) {
        return world.histories().keySet().stream()
                .filter(id -> id.topic().equals(topic))
                .map(id -> world.directory().resolve(id.folderName()))
                .findFirst()
                .orElseThrow();
    }

    Path segment(String topic, long base) {
        return folder(topic).resolve(String.format("%020d.log", base));
    }

    Path secondSegment(String topic) throws IOException {
        return segmentBehind(topic, 1);
    }

    Path thirdSegment(String topic) throws IOException {
        return segmentBehind(topic, 2);
    }

    private Path segmentBehind(String topic, int others) throws IOException {
        return world.disk().list(folder(topic)).stream()
                .filter(path -> path.toString().endsWith(".log"))
                .skip(others)
                .findFirst()
                .orElseThrow();
    }

    void restore(Path path, byte[] content) throws IOException {
        try (DiskFile file = world.disk().open(path, OpenMode.CREATE)) {
            file.writeFully(ByteBuffer.wrap(content), 0);
            file.sync();
        }
        world.disk().syncDirectory(path.getParent());
    }
}
