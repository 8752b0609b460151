package io.millrace.log.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
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

    private static void writesOnAfter(Consumer<Throwable> told) throws Exception {
        CompletableFuture<Void> wentOn = new CompletableFuture<>();
        AtomicInteger rounds = new AtomicInteger();
        ThreadedDirectoryIo io = new ThreadedDirectoryIo("test", 1, 1, 1);
        io.start(new WriterWork() {
            @Override
            public long round(long nowMs) {
                if (rounds.incrementAndGet() == 1) throw NONE;
                wentOn.complete(null);
                return NOTHING_DUE;
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

        wentOn.get(30, TimeUnit.SECONDS);
        io.close();
    }
}
