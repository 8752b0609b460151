package io.millrace.log.recovery;

import io.millrace.log.io.DirectoryHealth;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes that wait to be written to a {@link CheckpointJournal}: those who come while one writes are written by it together, with one
 * sync.
 *
 * <p>Thread: any; one at a time writes.
 */
final class JournalQueue {
    private static final Logger LOG = LoggerFactory.getLogger(JournalQueue.class);

    private final Path path;
    private final DirectoryHealth health;
    private final Writer writer;
    private final List<JournalChange> waiting = new ArrayList<>();
    private boolean flushing;

    /** Makes all of them durable, or none. */
    interface Writer {
        void write(List<JournalChange> batch) throws IOException;
    }

    JournalQueue(Path path, DirectoryHealth health, Writer writer) {
        this.path = path;
        this.health = health;
        this.writer = writer;
    }

    /** Written when this returns, unless another one writes: then that one does it. */
    void add(JournalChange mine) {
        synchronized (waiting) {
            waiting.add(mine);
            if (flushing) return;
            flushing = true;
        }
        while (true) {
            List<JournalChange> batch;
            synchronized (waiting) {
                if (waiting.isEmpty()) {
                    flushing = false;
                    return;
                }
                batch = List.copyOf(waiting);
                waiting.clear();
            }
            try {
                writer.write(batch);
            } catch (IOException | RuntimeException | VirtualMachineError e) {
                // Also for want of memory: nobody would ever write again.
                LOG.warn("{} was not moved: {}", path, e.toString());
                health.failed("checkpoint", e instanceof IOException io ? io : new IOException(e));
            }
            for (JournalChange one : batch) one.written(health);
        }
    }
}
