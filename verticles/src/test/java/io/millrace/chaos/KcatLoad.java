package io.millrace.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * librdkafka as client: one kcat writes to each partition, idempotent, and one reads them all. kcat tells each
 * acknowledgement without its record; with one partition and one producer they come in the order of the records.
 *
 * <p>Thread: started and stopped by the run's main; works on threads of its own.
 */
final class KcatLoad implements Load {
    static final Path KCAT = Path.of("/usr/bin/kcat");

    private static final String END = " .";
    private static final long BETWEEN_SENDS_NANOS = 5_000_000;
    private static final long END_LIMIT_S = 150;
    private static final Pattern DELIVERED = Pattern.compile("Message delivered .*offset (\\d+)");

    private final String bootstrap;
    private final String topic;
    private final Ledger ledger;
    private final List<Writer> writers = new ArrayList<>();
    private final LoadThreads threads = new LoadThreads();
    private Process reader;
    private volatile boolean writing = true;
    private volatile boolean reading = true;

    KcatLoad(String bootstrap, String topic, Ledger ledger) {
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.ledger = ledger;
    }

    static boolean isPossible() {
        return Files.isExecutable(KCAT);
    }

    @Override
    public void start() throws IOException {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            writers.add(new Writer(partition));
        }
        // -E: what passes is not an end; an offset out of range is one.
        reader = new ProcessBuilder(words(
                        "-C",
                        "-E",
                        "-u",
                        "-o",
                        "beginning",
                        "-X",
                        "auto.offset.reset=error",
                        "-f",
                        "%p %o %s" + END + "\\n"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        threads.start("kcat", this::read);
    }

    private void read() throws IOException {
        try {
            lines(reader.getInputStream(), line -> {
                // The last line of a reader that is ended may be torn.
                if (line.endsWith(END)) {
                    String[] parts =
                            line.substring(0, line.length() - END.length()).split(" ", 3);
                    ledger.read(Integer.parseInt(parts[0]), Long.parseLong(parts[1]), parts[2]);
                } else if (reading) {
                    throw new IllegalStateException("kcat printed " + line);
                }
            });
        } catch (IOException closed) {
            if (reading) {
                throw closed;
            }
        }
        if (reading) {
            throw new IllegalStateException("kcat ended reading by itself");
        }
    }

    private List<String> words(String... more) {
        List<String> words = new ArrayList<>(List.of(KCAT.toString(), "-b", bootstrap, "-t", topic));
        words.addAll(List.of(more));
        return words;
    }

    private static void lines(InputStream in, Consumer<String> each) throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                each.accept(line);
            }
        }
    }

    /** The kcat that writes one partition. */
    private final class Writer {
        private final int partition;
        private final Process process;
        private final Thread feeder;
        private final Thread listener;
        private final AtomicLong acknowledged = new AtomicLong();
        private long sent;

        Writer(int partition) throws IOException {
            this.partition = partition;
            process = new ProcessBuilder(words(
                            "-P",
                            "-E",
                            "-vv",
                            "-p",
                            Integer.toString(partition),
                            "-X",
                            "enable.idempotence=true",
                            "-X",
                            "queue.buffering.max.ms=5"))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            feeder = threads.start("kcat", this::feed);
            listener = threads.start("kcat", () -> lines(process.getErrorStream(), this::listen));
        }

        private void feed() throws IOException {
            try (OutputStream in = process.getOutputStream()) {
                while (writing) {
                    in.write((value(sent++) + "\n").getBytes(StandardCharsets.UTF_8));
                    in.flush();
                    LockSupport.parkNanos(BETWEEN_SENDS_NANOS);
                }
            }
        }

        private String value(long number) {
            return Load.value("k", partition, number);
        }

        private void listen(String line) {
            Matcher delivered = DELIVERED.matcher(line);
            if (delivered.find()) {
                ledger.acknowledged(
                        partition, Long.parseLong(delivered.group(1)), value(acknowledged.getAndIncrement()));
            } else if (line.contains("Delivery failed")) {
                // From here on nobody can tell which record an acknowledgement is for.
                throw new IllegalStateException(line);
            }
        }

        void stop() throws InterruptedException {
            feeder.join();
            if (!process.waitFor(END_LIMIT_S, TimeUnit.SECONDS)) {
                throw new IllegalStateException("kcat of partition " + partition + " did not end");
            }
            listener.join();
            if (acknowledged.get() != sent) {
                throw new IllegalStateException("kcat was told of " + acknowledged + " of " + sent + " records of "
                        + partition + " and ended with " + process.exitValue());
            }
        }
    }

    @Override
    public Throwable failure() {
        return threads.failure();
    }

    @Override
    public void stop() throws InterruptedException {
        writing = false;
        try {
            for (Writer writer : writers) {
                writer.stop();
            }
        } finally {
            reading = false;
            writers.forEach(writer -> writer.process.destroyForcibly());
            if (reader != null) {
                reader.destroyForcibly().waitFor();
            }
        }
    }
}
