package io.millrace.log.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Thread: the test's and the writer's. */
class ThreadedDirectoryIoTest {
    @Test
    void anErrorInARoundIsToldAndEndsNoWriter() throws Exception {
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        CompletableFuture<Void> wentOn = new CompletableFuture<>();
        AtomicInteger rounds = new AtomicInteger();
        OutOfMemoryError none = new OutOfMemoryError("Cannot reserve bytes of direct buffer memory");
        ThreadedDirectoryIo io = new ThreadedDirectoryIo("test", 1, 1, 1);
        io.start(new WriterWork() {
            @Override
            public long round(long nowMs) {
                if (rounds.incrementAndGet() == 1) throw none;
                wentOn.complete(null);
                return NOTHING_DUE;
            }

            @Override
            public void failed(Throwable bug) {
                failed.complete(bug);
            }

            @Override
            public boolean hasQueued() {
                return false;
            }
        });

        assertThat(failed.get(30, TimeUnit.SECONDS)).isSameAs(none);
        wentOn.get(30, TimeUnit.SECONDS);
        io.close();
    }
}
