package io.millrace.verticles.main;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * {@code millrace status}: asks a node whether it is ready and what its cluster looks like, and repeats the answers; exit code 0 only when it is ready.
 *
 * <p>Thread: the main thread; waits five seconds at most.
 */
final class StatusCommand {
    private static final int TIMEOUT_MS = 5000;
    private static final int OK = 200;
    private static final int NOBODY = -1;

    private StatusCommand() {}

    static int run(CommandLine.Status status) {
        int ready = show(status, "/health/ready", false);
        if (ready != NOBODY) {
            // A node that is behind is asked all the more; one that is not up has given its reason already.
            show(status, "/cluster", true);
        }
        return ready == OK ? ExitCode.OK : ExitCode.FAILED;
    }

    /** Prints the answer, whatever it is. */
    static int show(CommandLine.Status status, String path) {
        return show(status, path, false) == OK ? ExitCode.OK : ExitCode.FAILED;
    }

    /** Prints the answer, of a refusal only when {@code goodOnly} is not asked; returns the HTTP code, or {@link #NOBODY}. */
    private static int show(CommandLine.Status status, String path, boolean goodOnly) {
        try {
            HttpURLConnection http =
                    (HttpURLConnection) URI.create(status.url() + path).toURL().openConnection();
            http.setConnectTimeout(TIMEOUT_MS);
            http.setReadTimeout(TIMEOUT_MS);
            int code = http.getResponseCode();
            try (InputStream body = code < 400 ? http.getInputStream() : http.getErrorStream()) {
                if (code == OK || !goodOnly) {
                    System.out.println(
                            body == null
                                    ? "HTTP " + code
                                    : new String(body.readAllBytes(), StandardCharsets.UTF_8).strip());
                }
            }
            return code;
        } catch (IOException | IllegalArgumentException | ClassCastException e) {
            System.err.println("millrace: no node answers at " + status.url() + " (" + Uncaught.summary(e) + ")");
            return NOBODY;
        }
    }
}
