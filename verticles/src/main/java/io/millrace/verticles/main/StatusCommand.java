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

    private StatusCommand() {}

    static int run(CommandLine.Status status) {
        int code = show(status, "/health/ready");
        return code == ExitCode.OK ? show(status, "/cluster") : code;
    }

    static int show(CommandLine.Status status, String path) {
        try {
            HttpURLConnection http =
                    (HttpURLConnection) URI.create(status.url() + path).toURL().openConnection();
            http.setConnectTimeout(TIMEOUT_MS);
            http.setReadTimeout(TIMEOUT_MS);
            int code = http.getResponseCode();
            try (InputStream body = code < 400 ? http.getInputStream() : http.getErrorStream()) {
                System.out.println(
                        body == null
                                ? "HTTP " + code
                                : new String(body.readAllBytes(), StandardCharsets.UTF_8).strip());
            }
            return code == 200 ? ExitCode.OK : ExitCode.FAILED;
        } catch (IOException | IllegalArgumentException | ClassCastException e) {
            System.err.println("millrace: no node answers at " + status.url() + " (" + Uncaught.summary(e) + ")");
            return ExitCode.FAILED;
        }
    }
}
