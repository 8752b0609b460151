package io.millrace.verticles.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.AppendOrigin;
import io.millrace.log.HeapPayload;
import io.millrace.log.LogConfig;
import io.millrace.log.LogListener;
import io.millrace.log.PartitionLog;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.disk.FaultyDisk;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryOptions;
import io.netty.channel.DefaultEventLoop;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class LogDirectoriesTest {
    @TempDir
    Path data;

    private final DefaultEventLoop loop = new DefaultEventLoop();

    @AfterEach
    void stopLoop() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private LogDirectory open() throws Exception {
        return LogDirectory.open(data, new RealDisk(), LogDirectoryOptions.of(1, null));
    }

    private PartitionLog create(LogDirectory directory, TopicPartitionId id) throws Exception {
        return loop.submit(() -> directory.create(id, LogConfig.DEFAULTS, loop::execute, new TailBudget(1000)))
                .get();
    }

    private void writeOneRecord(PartitionLog log) throws Exception {
        CompletableFuture<Long> written = new CompletableFuture<>();
        loop.submit(() -> {
                    log.setListener(new LogListener() {
                        @Override
                        public void onWritten(long writtenEnd, int bytes) {
                            written.complete(writtenEnd);
                        }

                        @Override
                        public void onAppendsFailed(long cutBackTo, io.millrace.log.AppendError why) {
                            written.completeExceptionally(new IllegalStateException(why.toString()));
                        }

                        @Override
                        public void onOffline(String why) {
                            written.completeExceptionally(new IllegalStateException(why));
                        }
                    });
                    log.append(oneRecord(), AppendOrigin.CLIENT, 0, System.currentTimeMillis());
                })
                .get();
        assertThat(written.get()).isEqualTo(1);
    }

    private static HeapPayload oneRecord() {
        return new BatchBuilder()
                .append(System.currentTimeMillis(), (byte[]) null, new byte[] {1})
                .build();
    }

    @Test
    void aTopicMadeAnewWhileTheNodeWasAwayDoesNotMeetItsNamesake() throws Exception {
        TopicPartitionId old = new TopicPartitionId(new UUID(0, 7), "orders", 0);
        try (LogDirectory directory = open()) {
            writeOneRecord(create(directory, old));
        }
        try (LogDirectory directory = open()) {
            LogDirectories directories = new LogDirectories(List.of(directory));
            TopicPartitionId fresh = new TopicPartitionId(new UUID(0, 8), "orders", 0);

            assertThat(directories.holding(fresh)).isEmpty();
            assertThat(create(directory, fresh).writtenEnd()).isZero();
            assertThat(directories.strays(fresh::equals)).containsOnlyKeys(old);
        }
    }

    @Test
    void aPersonIsToldOfAFullDiskUntilAWriteFindsRoom() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (LogDirectory directory = LogDirectory.open(data, disk, LogDirectoryOptions.of(1, null))) {
            LogDirectories directories = new LogDirectories(List.of(directory));
            PartitionLog log = create(directory, new TopicPartitionId(new UUID(0, 7), "orders", 0));
            disk.freeBytes(0);

            assertThatThrownBy(() -> writeOneRecord(log)).hasMessageContaining("DISK_FULL");
            assertThat(directories.attention()).singleElement().asString().contains(data.toString(), "is full");

            disk.enoughSpace();
            writeOneRecord(log);
            assertThat(directories.attention()).isEmpty();
        }
    }
}
