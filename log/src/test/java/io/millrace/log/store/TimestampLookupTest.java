package io.millrace.log.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.AppendOutcome.Appended;
import io.millrace.log.Payload;
import io.millrace.log.TimestampOutcome;
import io.millrace.log.TimestampOutcome.Found;
import io.millrace.log.TimestampOutcome.NotFound;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.compress.Compression;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TimestampLookupTest {
    private static final long T = 1_600_000_000_000L;

    @TempDir
    Path dir;

    private LogLife life;
    private TimestampOutcome outcome;

    @BeforeEach
    void start() {
        life = new LogLife(dir).with("segment.bytes", "400").start();
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void theFirstRecordAtOrAfterATimeIsFoundInsideItsBatch(Compression codec) {
        append(codec, T, T + 10, T + 20);
        append(codec, T + 15, T + 40, T + 30);
        append(codec, T + 50);

        assertThat(find(T)).isEqualTo(new Found(0, T, 0));
        assertThat(find(T + 11)).isEqualTo(new Found(2, T + 20, 0));
        assertThat(find(T + 21)).isEqualTo(new Found(4, T + 40, 0));
        assertThat(find(T + 41)).isEqualTo(new Found(6, T + 50, 0));
        assertThat(find(T + 51)).isEqualTo(NotFound.INSTANCE);
        assertThat(max(Long.MAX_VALUE)).isEqualTo(new Found(6, T + 50, 0));
    }

    @Test
    void theFirstOfSeveralRecordsWithTheLargestTimestampCounts() {
        append(Compression.NONE, T, T + 10);
        append(Compression.NONE, T + 30, T + 30);
        append(Compression.NONE, T + 30);

        assertThat(max(Long.MAX_VALUE)).isEqualTo(new Found(2, T + 30, 0));
        assertThat(max(2)).isEqualTo(new Found(1, T + 10, 0));
    }

    @Test
    void lookupsGoAcrossSegmentsAndRestarts() {
        for (int i = 0; i < 40; i++) append(Compression.NONE, T + i * 10);
        life.stop();
        life.start();

        for (int i = 0; i < 40; i++) assertThat(find(T + i * 10 - 3)).isEqualTo(new Found(i, T + i * 10, 0));
        assertThat(max(Long.MAX_VALUE)).isEqualTo(new Found(39, T + 390, 0));
        append(Compression.NONE, T + 5000);
        assertThat(find(T + 391)).isEqualTo(new Found(40, T + 5000, 0));
        life.log.advanceLogStart(20);
        assertThat(find(T)).isEqualTo(new Found(20, T + 200, 0));
    }

    @Test
    void anEmptyLogHasNothing() {
        assertThat(find(0)).isEqualTo(NotFound.INSTANCE);
        assertThat(max(Long.MAX_VALUE)).isEqualTo(NotFound.INSTANCE);
    }

    @Test
    void underLogAppendTimeTheFirstRecordOfTheBatchCounts() {
        life.log.applyConfig(life.config.with("message.timestamp.type", "LogAppendTime"));
        Appended appended = (Appended) life.append(batch(Compression.GZIP, T, T + 5));
        life.run();

        assertThat(find(life.io.nowMs())).isEqualTo(new Found(0, appended.logAppendTimeMs(), 0));
        assertThat(max(Long.MAX_VALUE)).isEqualTo(new Found(0, appended.logAppendTimeMs(), 0));
    }

    private void append(Compression codec, long... timestamps) {
        var appended = life.log.append(batch(codec, timestamps), AppendOrigin.CLIENT, 0, life.io.nowMs());
        assertThat(appended).isInstanceOf(Appended.class);
        life.run();
    }

    private static Payload batch(Compression codec, long... timestamps) {
        BatchBuilder builder = new BatchBuilder().compression(codec);
        for (long timestamp : timestamps) builder.append(timestamp, null, LogLife.bytes("v"));
        return builder.build();
    }

    private TimestampOutcome find(long timestamp) {
        life.log.findByTimestamp(timestamp, Long.MAX_VALUE, found -> outcome = found);
        life.run();
        return outcome;
    }

    private TimestampOutcome max(long limit) {
        life.log.findMaxTimestamp(limit, found -> outcome = found);
        life.run();
        return outcome;
    }
}
