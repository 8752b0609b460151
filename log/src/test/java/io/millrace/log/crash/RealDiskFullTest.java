package io.millrace.log.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.log.AppendError;
import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome;
import io.millrace.log.LogConfig;
import io.millrace.log.LogListener;
import io.millrace.log.PartitionLog;
import io.millrace.log.TailBudget;
import io.millrace.log.TopicPartitionId;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.disk.RealDisk;
import io.millrace.log.store.LogDirectory;
import io.millrace.log.store.LogDirectoryOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A small tmpfs runs full and is freed again: appends are refused as retriable, reads go on, and writing recovers
 * without a restart. Not run where a tmpfs cannot be mounted.
 */
@Tag("full")
class RealDiskFullTest {
    private static final int VALUE_BYTES = 10_000;
    private static final int FILLER_BYTES = 1_500_000;
    private static final int MAX_APPENDS = 2_000;
    private static final long RECOVERY_SECONDS = 5;

    @TempDir
    private Path folder;

    private final LoopOwner owner = new LoopOwner();
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private boolean mounted;

    @BeforeEach
    void mountSmallDevice() throws Exception {
        mounted = run("mount", "-t", "tmpfs", "-o", "size=4m", "none", folder.toString());
        assumeTrue(mounted, "NOT RUN: needs the right to mount a tmpfs");
    }

    @AfterEach
    void unmount() throws Exception {
        owner.close();
        if (mounted) {
            run("umount", "-l", folder.toString());
        }
    }

    @Test
    void aFullDiskRefusesWritesGoesOnReadingAndRecoversByItself() throws Exception {
        Path filler = folder.resolve("filler");
        Files.write(filler, new byte[FILLER_BYTES]);
        LogDirectory directory = LogDirectory.open(
                Files.createDirectory(folder.resolve("data")), new RealDisk(), LogDirectoryOptions.of(1, "full"));
        PartitionLog log = onOwner(() -> directory.create(
                new TopicPartitionId(new UUID(1, 1), "t", 0),
                LogConfig.DEFAULTS.with("segment.bytes", "200000"),
                owner,
                new TailBudget(0)));
        onOwner(() -> {
            log.setListener(new Listening());
            return null;
        });

        String refusal = produceUntilRefused(log);
        assertThat(refusal).isEqualTo("DISK_FULL");
        LogContent whileFull = onOwner(() -> LogContent.of(log));
        assertThat(whileFull.end()).isPositive();
        assertThat(directory.offlineReason()).isEmpty();

        Files.delete(filler);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(RECOVERY_SECONDS);
        String outcome;
        do {
            outcome = produceOne(log);
        } while (!outcome.equals("written") && System.nanoTime() < deadlineNs);

        assertThat(outcome).isEqualTo("written");
        LogContent afterwards = onOwner(() -> LogContent.of(log));
        assertThat(afterwards.end()).isEqualTo(whileFull.end() + 1);
        assertThat(afterwards.batches().subList(0, whileFull.batches().size()))
                .usingElementComparator((one, other) -> one.sameAs(other) ? 0 : 1)
                .isEqualTo(whileFull.batches());
        directory.close();
    }

    /** Left out it would count as lost, and so would what is in it. */
    @Test
    void aDirectoryThatHasNoBlockLeftIsStoppedAndOpenedAgain() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        LogDirectory.open(data, new RealDisk(), LogDirectoryOptions.of(1, "full"))
                .close();
        try (OutputStream filler = Files.newOutputStream(folder.resolve("filler"))) {
            assertThatThrownBy(() -> {
                        while (true) {
                            filler.write(new byte[4096]);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }

        for (int start = 0; start < 2; start++) {
            LogDirectory directory = LogDirectory.open(data, new RealDisk(), LogDirectoryOptions.of(1, "full"));
            assertThat(directory.cleanShutdown()).isTrue();
            directory.close();
        }
    }

    private String produceUntilRefused(PartitionLog log) throws Exception {
        for (int i = 0; i < MAX_APPENDS; i++) {
            String outcome = produceOne(log);
            if (!outcome.equals("written")) {
                return outcome;
            }
        }
        return "never refused";
    }

    /** "written", or why not. */
    private String produceOne(PartitionLog log) throws Exception {
        AppendOutcome outcome = onOwner(() -> {
            CountedPayload payload = new CountedPayload(
                    new BatchBuilder().append(0, null, new byte[VALUE_BYTES]).buildBuffer());
            try {
                return log.append(payload, AppendOrigin.CLIENT, 0, System.currentTimeMillis());
            } finally {
                payload.release();
            }
        });
        if (outcome instanceof AppendOutcome.Rejected rejected) {
            return rejected.error().toString();
        }
        String answer = said.poll(30, TimeUnit.SECONDS);
        return answer == null ? "no answer" : answer;
    }

    private <T> T onOwner(Callable<T> work) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        owner.execute(() -> {
            try {
                done.complete(work.call());
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        return done.get(1, TimeUnit.MINUTES);
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notInstalled) {
            return false;
        }
    }

    private final class Listening implements LogListener {
        @Override
        public void onWritten(long writtenEnd, int bytes) {
            said.add("written");
        }

        @Override
        public void onAppendsFailed(long cutBackTo, AppendError why) {
            said.add(why.toString());
        }

        @Override
        public void onOffline(String why) {
            said.add("OFFLINE");
        }
    }
}
