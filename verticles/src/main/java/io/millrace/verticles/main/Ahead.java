package io.millrace.verticles.main;

import io.millrace.verticles.metrics.MicrometerSeries;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * What a start does beside its main thread, which has a long way of its own: config, Vert.x, and then the loops, one after the other.
 *
 * <p>Without a class archive most of a start is loading classes, and each of these threads would load its own in turn. So another
 * thread goes before them through {@code start-classes.txt}, the classes of a start in the order of their first use, and loads
 * and verifies each. It initialises none: two threads that initialise classes in different orders may wait for each other for
 * ever. A class that is missing or listed in vain costs nothing but time.
 *
 * <p>Thread: begun and asked by the main thread; works on daemon threads of its own.
 */
final class Ahead {
    static final String CLASSES = "start-classes.txt";
    /** Set by the launcher when there is a class archive: from that, classes come faster than from here. */
    private static final String ARCHIVE = "millrace.archive";

    private CompletableFuture<MicrometerSeries> meters;
    private volatile boolean enough;

    private Ahead() {}

    static Ahead begin() {
        Ahead ahead = new Ahead();
        if (!Boolean.getBoolean(ARCHIVE)) {
            threadNamed("millrace-ahead").execute(ahead::loadClasses);
        }
        return ahead;
    }

    /** Once there is a log: Micrometer asks for it, and slf4j lets only one thread set it up. */
    void makeMeters() {
        meters = CompletableFuture.supplyAsync(MicrometerSeries::new, threadNamed("millrace-meters"));
    }

    /** Waits until they are made. */
    MicrometerSeries meters() {
        return meters.join();
    }

    /** The node serves: what is not loaded by now may wait until it is used. */
    void end() {
        enough = true;
    }

    private void loadClasses() {
        ClassLoader loader = Ahead.class.getClassLoader();
        try (InputStream list = Ahead.class.getResourceAsStream(CLASSES);
                BufferedReader names =
                        list == null ? null : new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8))) {
            for (String name; names != null && !enough && (name = names.readLine()) != null; ) {
                load(name, loader);
            }
        } catch (IOException unreadable) {
            // Then they are loaded where they are used.
        }
    }

    private static void load(String name, ClassLoader loader) {
        try {
            // Asking for constructors is what makes HotSpot verify and link a class without initialising it.
            Class.forName(name, false, loader).getDeclaredConstructors();
        } catch (ClassNotFoundException | LinkageError otherVersion) {
            // Whoever needs it will say so.
        }
    }

    private static Executor threadNamed(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            thread.start();
        };
    }
}
