package io.millrace.client.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which time records get, by a clock that goes on whenever somebody looks at it. */
@Timeout(30)
class RecordClockTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private long looks;
    private final RecordClock clock = new RecordClock(context, () -> ++looks);

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** In turns of the loop: so many records in each. */
    private List<List<Long>> times(int turns, int records) throws Exception {
        CompletableFuture<List<List<Long>>> done = new CompletableFuture<>();
        context.runOnContext(go -> turn(turns, records, new ArrayList<>(), done));
        return done.get(20, TimeUnit.SECONDS);
    }

    private void turn(int left, int records, List<List<Long>> times, CompletableFuture<List<List<Long>>> done) {
        if (left == 0) {
            done.complete(times);
            return;
        }
        List<Long> ofTurn = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            ofTurn.add(clock.nowMs());
        }
        times.add(ofTurn);
        context.runOnContext(go -> turn(left - 1, records, times, done));
    }

    @Test
    void manyInOneTurnShareATimeAndNoMoreThanARun() throws Exception {
        List<Long> times = times(1, 1_000).get(0);

        assertThat(looks).isLessThan(1_000 / RecordClock.RUN + 2 * RecordClock.RUN);
        for (int i = RecordClock.RUN; i < times.size(); i++) {
            assertThat(times.get(i)).isGreaterThan(times.get(i - RecordClock.RUN));
        }
    }

    @Test
    void theFirstOfATurnHasATimeOfThatTurn() throws Exception {
        List<List<Long>> times = times(50, 40);

        for (int i = 1; i < times.size(); i++) {
            assertThat(times.get(i).get(0)).isGreaterThan(times.get(i - 1).get(39));
        }
    }

    @Test
    void workersWhoseTurnsMayTakeLongLookEachTime() throws Exception {
        Context worker = ((VertxInternal) vertx).createWorkerContext();
        AtomicLong now = new AtomicLong();
        RecordClock ofWorker = new RecordClock(worker, now::incrementAndGet);
        CompletableFuture<List<Long>> times = new CompletableFuture<>();
        worker.runOnContext(go -> times.complete(
                Stream.generate(ofWorker::nowMs).limit(4 * RecordClock.RUN).toList()));

        assertThat(times.get(20, TimeUnit.SECONDS)).doesNotHaveDuplicates();
    }

    @Test
    void oneInEachTurnIsLookedAtEachTime() throws Exception {
        times(100, 1);

        assertThat(looks).isEqualTo(100);
    }
}
