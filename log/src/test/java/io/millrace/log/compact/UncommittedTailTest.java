package io.millrace.log.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.CompactionOutcome;
import io.millrace.log.Payload;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.disk.RealDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A producer's newest batches may be cut again when another leader is elected: until they are committed, the one before stays. */
class UncommittedTailTest {
    @TempDir
    Path dir;

    private static Payload of(long producer, int sequence, String key) {
        return new BatchBuilder()
                .producer(producer, (short) 0, sequence)
                .append(1_000, CompactedLife.utf8(key), CompactedLife.utf8("v" + sequence))
                .build();
    }

    private CompactedLife cutAfterAPass(int uncommitted) {
        CompactedLife c = new CompactedLife(dir, new RealDisk()).start();
        for (int sequence = 0; sequence < 3; sequence++) c.append(of(7, sequence, sequence == 0 ? "kept" : "mine"));
        // The segment is full: what comes next begins another one, and a cut to there removes its snapshot too.
        c.put("mine", "of another").put("filler", "f".repeat(310));
        long committed = c.life.log.assignedEnd();
        for (int i = 0; i < uncommitted; i++) c.append(of(7, 3 + i, "later" + i));
        c.highWatermark = committed;
        c.compact();
        assertThat(c.outcome).isInstanceOf(CompactionOutcome.Done.class);
        boolean[] cut = {false};
        c.life.log.truncateTo(committed, () -> cut[0] = true);
        c.life.run();
        assertThat(cut[0]).isTrue();
        return c;
    }

    /** As after a loss of power right after the cut: neither its checkpoint nor a snapshot above it was on the disk yet. */
    private static void readAnew(CompactedLife c) throws IOException {
        try (Stream<Path> files = Files.list(c.life.folder())) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".snapshot")).toList()) {
                Files.delete(file);
            }
        }
        Files.delete(c.life.root.resolve("recovery-checkpoint"));
        c.life.killAndStart();
    }

    @Test
    void aProducerGoesOnWhereItWasWhenWhatItWroteAfterAPassIsCut() throws IOException {
        CompactedLife c = cutAfterAPass(1);
        readAnew(c);

        c.append(of(7, 3, "again"));
    }

    @Test
    void soItDoesWhenNoneOfTheBatchesThatAreRememberedIsCommitted() throws IOException {
        CompactedLife c = cutAfterAPass(6);
        readAnew(c);

        c.append(of(7, 3, "again"));
    }
}
