package io.millrace.log.segment;

import io.millrace.log.disk.DiskFullException;
import io.millrace.log.disk.NoFreeFilesException;
import java.io.IOException;

/**
 * A step on the writer that waits for a free file handle, or for space, when there is none: it is tried again after a moment, from
 * where it stopped. Any other failure takes the directory offline.
 *
 * <p>Thread: the writer.
 */
final class PatientStep {
    static final long RETRY_MS = 200;

    private PatientStep() {}

    /** What is to be done; what it has done already it does not do again. */
    interface Body {
        void run() throws IOException;
    }

    /** @param what for people, if it fails */
    static void run(LogServices services, String what, Body body) {
        if (services.health().isOffline()) return;
        try {
            body.run();
        } catch (DiskFullException | NoFreeFilesException e) {
            services.health().failed(what, e);
            services.writer().later(RETRY_MS, () -> run(services, what, body));
        } catch (IOException | RuntimeException | VirtualMachineError e) {
            services.health().offline(what + " failed: " + e, e);
        }
    }
}
