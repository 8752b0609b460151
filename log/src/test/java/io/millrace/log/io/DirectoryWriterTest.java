package io.millrace.log.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.HeapPayload;
import io.millrace.log.Owner;
import io.millrace.log.disk.Disk;
import io.millrace.log.disk.RealDisk;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryWriterTest {
    @TempDir
    Path dir;

    private final ManualDirectoryIo io = new ManualDirectoryIo();
    private final List<Runnable> handedBack = new ArrayList<>();
    private final Owner owner = handedBack::add;
    private final List<String> told = new ArrayList<>();
    private DirectoryWriter writer;
    private DirectoryHealth health;

    @BeforeEach
    void start() {
        Disk disk = new RealDisk();
        OpenFiles files = new OpenFiles(disk, 10);
        health = new DirectoryHealth("test", why -> told.add("offline"));
        writer = new DirectoryWriter(
                io, files, new Syncer(disk, io, files, health), health, new CheckpointPace(1 << 20, 1_000), 1_000);
        io.start(writer);
        lanes = List.of(lane("a", health), lane("b", health));
    }

    private List<Lane> lanes;

    @Test
    void oneRoundHandsEverythingOfAnOwnerBackAtOnce() throws Exception {
        lanes.get(0).append("x", 0);
        lanes.get(1).append("y", 0);
        lanes.get(0).append("z", 1);

        writer.round(0);

        assertThat(handedBack).hasSize(1);
        handedBack.get(0).run();
        assertThat(told).containsExactly("a+x", "a+z", "b+y", "a round", "b round");
        assertThat(Files.readString(dir.resolve("a"))).isEqualTo("xz");
    }

    @Test
    void theQueueIsBoundedByBytesButTakesOneOfAnySize() {
        assertThat(writer.tryReserve(5_000)).isTrue();
        assertThat(writer.tryReserve(1)).isFalse();
        lanes.get(0).append("x".repeat(5_000), 0);

        writer.round(0);

        assertThat(writer.queuedBytes()).isZero();
        assertThat(writer.tryReserve(600)).isTrue();
        assertThat(writer.tryReserve(600)).isFalse();
    }

    @Test
    void anAppendThatDoesNotContinueItsFileTakesTheDirectoryOffline() {
        lanes.get(0).append("x", 7);

        writer.round(0);
        handedBack.forEach(Runnable::run);

        assertThat(told).containsExactly("offline", "a-OFFLINE", "a round");
    }

    @Test
    void whatIsQueuedBehindATaskForWhichThereIsNoMemoryIsAnsweredToo() {
        lanes.get(0).submitWithoutMemory();
        lanes.get(0).append("x", 0);
        lanes.get(1).append("y", 0);

        writer.round(0);
        handedBack.forEach(Runnable::run);

        assertThat(told).containsExactly("offline", "a-OFFLINE", "b-OFFLINE", "a round", "b round");
    }

    @Test
    void whatCouldNotBeHandedBackEndsNoOtherLogsWaiting() {
        Lane unreachable = new Lane("c", health, work -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        unreachable.append("x", 0);
        lanes.get(0).append("y", 0);

        assertThatThrownBy(() -> writer.round(0)).isInstanceOf(OutOfMemoryError.class);
        writer.failed(new OutOfMemoryError());
        writer.round(0);
        writer.round(0);
        handedBack.forEach(Runnable::run);

        assertThat(told).containsExactly("offline", "a+y", "a round");
    }

    @Test
    void aSyncForWhichThereIsNoThreadIsNone() {
        Syncer syncer = new Syncer(
                new RealDisk(),
                new ManualDirectoryIo() {
                    @Override
                    public void sync(Runnable task) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                },
                new OpenFiles(new RealDisk(), 10),
                health);

        syncer.request(lanes.get(0).lane, durable -> told.add("durable " + durable));

        assertThat(told).containsExactly("offline", "durable false");
    }

    @Test
    void anIdleWriterHasNothingDue() {
        assertThat(writer.round(0)).isEqualTo(WriterWork.NOTHING_DUE);
        lanes.get(0).append("x", 0);
        assertThat(writer.round(0)).isEqualTo(1_000);
        for (long now = 1_000; now <= 7_000; now += 1_000) writer.round(now);
        assertThat(writer.round(8_000)).isEqualTo(WriterWork.NOTHING_DUE);
    }

    private Lane lane(String name, DirectoryHealth health) {
        return new Lane(name, health, owner);
    }

    /** A log that is only a file. */
    private final class Lane implements WriteLane.Client {
        private final String name;
        private final WriteLane lane;
        private final WriteTarget target;

        Lane(String name, DirectoryHealth health, Owner owner) {
            this.name = name;
            this.lane = new WriteLane(owner, this, health, dir.resolve(name), true);
            this.target = new WriteTarget() {
                @Override
                public Path path() {
                    return dir.resolve(name);
                }
            };
        }

        void submitWithoutMemory() {
            writer.submit(new WriterTask(lane) {
                @Override
                protected void perform() {
                    throw new OutOfMemoryError("Cannot reserve bytes of direct buffer memory");
                }

                @Override
                protected void completed() {}
            });
        }

        void append(String text, long position) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes());
            writer.submit(new AppendTask(
                    lane, target, HeapPayload.of(bytes), bytes.duplicate(), position, position, position + 1, 0, 0, 0));
        }

        @Override
        public void prepareFolder() {}

        @Override
        public void appendCompleted(AppendTask task) {
            String text = new String(((ByteBuffer) task.payload().bytes()).array());
            told.add(task.failure() == null ? name + "+" + text : name + "-" + task.failure());
        }

        @Override
        public void roundCompleted() {
            told.add(name + " round");
        }

        @Override
        public void syncCompleted(long syncedEnd, long truncations) {}

        @Override
        public void checkpointDue() {}
    }
}
