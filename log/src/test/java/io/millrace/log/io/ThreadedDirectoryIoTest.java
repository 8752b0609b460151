package io.millrace.log.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** Thread: the test's and the writer's. */
class ThreadedDirectoryIoTest {
    private static final OutOfMemoryError NONE = new OutOfMemoryError("Cannot reserve bytes of direct buffer memory");

    @Test
    void anErrorInARoundIsToldAndEndsNoWriter() throws Exception {
        CompletableFuture<Throwable> failed = new CompletableFuture<>();

        writesOnAfter(failed::complete);

        assertThat(failed.get(30, TimeUnit.SECONDS)).isSameAs(NONE);
    }

    @Test
    void norDoesAnErrorInTellingIt() throws Exception {
        writesOnAfter(bug -> {
            throw NONE;
        });
    }

    /** A wall clock that is set back would hold up whatever is due for as long. */
    @Test
    void whatIsDueIsDoneInItsTimeByAClockThatNobodySets() throws Exception {
        CompletableFuture<Long> later = new CompletableFuture<>();
        List<Long> rounds = new ArrayList<>();
        ThreadedDirectoryIo io = started(later::completeExceptionally, nowMs -> {
            rounds.add(nowMs);
            if (nowMs < rounds.get(0) + 20) return rounds.get(0) + 20;
            later.complete(nowMs);
            return WriterWork.NOTHING_DUE;
        });

        assertThat(later.get(30, TimeUnit.SECONDS)).isBetween(rounds.get(0) + 20, io.steadyMs());
        assertThat(io.steadyMs()).as("counted from its own beginning").isLessThan(io.nowMs() / 2);
        io.close();
    }

    private static void writesOnAfter(Consumer<Throwable> told) throws Exception {
        CompletableFuture<Void> wentOn = new CompletableFuture<>();
        AtomicInteger rounds = new AtomicInteger();
        ThreadedDirectoryIo io = started(told, nowMs -> {
            if (rounds.incrementAndGet() == 1) throw NONE;
            wentOn.complete(null);
            return WriterWork.NOTHING_DUE;
        });

        wentOn.get(30, TimeUnit.SECONDS);
        io.close();
    }

    private static ThreadedDirectoryIo started(Consumer<Throwable> told, LongUnaryOperator round) {
        ThreadedDirectoryIo io = new ThreadedDirectoryIo("test", 1, 1, 1);
        io.start(new WriterWork() {
            @Override
            public long round(long nowMs) {
                return round.applyAsLong(nowMs);
            }

            @Override
            public void failed(Throwable bug) {
                told.accept(bug);
            }

            @Override
            public boolean hasQueued() {
                return false;
            }
        });
        return io;
    }
}
