package io.millrace.verticles.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.config.ConfigCatalog;
import io.millrace.membership.config.EffectiveConfigs;
import io.millrace.membership.image.MetadataImage;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ThreadedCleanerBenchTest {
    private static final long HEAP = 256L << 20;

    private static CleanerSettings settings(Map<String, String> changed) {
        EffectiveConfigs configs = new EffectiveConfigs(ConfigCatalog.get(), 1, changed);
        return CleanerSettings.of(configs, MetadataImage.EMPTY, HEAP);
    }

    @Test
    void theTablesOfAllThreadsTogetherTakeWhatIsAllowedAndAtMostAnEighthOfTheHeap() {
        assertThat(settings(Map.of()).mapBytes()).isEqualTo(HEAP / 8);
        assertThat(settings(Map.of("log.cleaner.threads", "4")).mapBytes()).isEqualTo(HEAP / 8 / 4);
        Map<String, String> small = Map.of("log.cleaner.dedupe.buffer.size", "1000000", "log.cleaner.threads", "2");
        assertThat(settings(small).mapBytes()).isEqualTo(500_000);
        assertThat(settings(small).bufferBytes()).isEqualTo(524_288 / 4);
    }

    @Test
    void passesRunOnAsManyThreadsAsThereMayBe() throws Exception {
        ThreadedCleanerBench bench = new ThreadedCleanerBench(settings(Map.of("log.cleaner.threads", "2")));
        CountDownLatch two = new CountDownLatch(2);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger third = new AtomicInteger();
        for (int i = 0; i < 2; i++) {
            bench.run(() -> {
                two.countDown();
                await(go);
            });
        }
        bench.run(third::incrementAndGet);
        assertThat(two.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(third).hasValue(0);
        go.countDown();
        bench.close();
        assertThat(third).hasValue(1);
    }

    @Test
    void whoRestsForItsShareStopsRestingWhenTheBenchIsClosed() throws Exception {
        ThreadedCleanerBench bench =
                new ThreadedCleanerBench(settings(Map.of("log.cleaner.io.max.bytes.per.second", "1000")));
        CountDownLatch resting = new CountDownLatch(1);
        AtomicBoolean over = new AtomicBoolean();
        bench.run(() -> {
            resting.countDown();
            // A rest of a thousand seconds.
            bench.moved(1_000_000);
            over.set(bench.isClosed());
        });
        assertThat(resting.await(20, TimeUnit.SECONDS)).isTrue();

        bench.close();

        assertThat(over).isTrue();
        bench.run(() -> over.set(false));
        assertThat(over).isTrue();
    }

    @Test
    void everyPassHashesWithASecretOfItsOwn() {
        ThreadedCleanerBench bench = new ThreadedCleanerBench(settings(Map.of()));
        var one = bench.newHash();
        var other = bench.newHash();
        one.of(ByteBuffer.wrap(new byte[5]));
        other.of(ByteBuffer.wrap(new byte[5]));
        assertThat(one.low()).isNotEqualTo(other.low());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
