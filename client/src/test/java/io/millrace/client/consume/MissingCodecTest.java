package io.millrace.client.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.compress.Compression;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application that has left out the optional jars is told which one it needs, when it needs one. */
@Timeout(60)
class MissingCodecTest {
    private static final List<String> JARS = List.of("lz4", "zstd", "snappy");

    private static byte[] batch(Compression codec) {
        ByteBuffer built = new BatchBuilder()
                .compression(codec)
                .append(1, (byte[]) null, new byte[100])
                .buildBuffer();
        byte[] bytes = new byte[built.remaining()];
        built.get(bytes);
        return bytes;
    }

    @Test
    @SuppressWarnings("unchecked")
    void whatIsMissingIsNamedAndTheRestWorks() throws Exception {
        List<URL> path = new ArrayList<>();
        for (String entry : System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                .split(File.pathSeparator)) {
            String name = Path.of(entry).getFileName().toString();
            if (JARS.stream().noneMatch(name::contains)) {
                path.add(Path.of(entry).toUri().toURL());
            }
        }
        List<byte[]> batches = new ArrayList<>();
        for (Compression codec : Compression.values()) {
            batches.add(batch(codec));
        }
        List<String> told;
        try (URLClassLoader without =
                new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            // Vert.x looks for its parts there.
            Thread.currentThread().setContextClassLoader(without);
            told = ((Function<List<byte[]>, List<String>>) without.loadClass(WithoutCodecs.class.getName())
                            .getConstructor()
                            .newInstance())
                    .apply(batches);
        } finally {
            Thread.currentThread().setContextClassLoader(MissingCodecTest.class.getClassLoader());
        }

        String refused =
                "UNSUPPORTED_COMPRESSION_TYPE: %s batches cannot be read or written here: %s is not on the class path";
        String snappy = refused.formatted("snappy", "org.xerial.snappy:snappy-java");
        String lz4 = refused.formatted("lz4", "at.yawk.lz4:lz4-java");
        String zstd = refused.formatted("zstd", "com.github.luben:zstd-jni");
        assertThat(told)
                .containsExactly(
                        "write NONE: ok",
                        "write GZIP: ok",
                        "write SNAPPY: " + snappy,
                        "write LZ4: " + lz4,
                        "write ZSTD: " + zstd,
                        "read: ok",
                        "read: ok",
                        "read: " + snappy,
                        "read: " + lz4,
                        "read: " + zstd);
    }
}
