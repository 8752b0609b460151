package io.millrace.log.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/**
 * A broker started without a codec's jar.
 *
 * <p>Thread: one.
 */
class CodecMissingTest {
    private static final String COMPRESSION = "io.millrace.log.compress.Compression";

    @Test
    void aMissingJarIsNamedWhenItsCodecIsUsedAndNotBefore() throws Exception {
        URL classes = Compression.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader bare = new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
            Class<?> compression = bare.loadClass(COMPRESSION);
            Method unpack = compression.getMethod("unpack", ByteBuffer.class);
            for (String[] expected : new String[][] {
                {"SNAPPY", "org.xerial.snappy:snappy-java"},
                {"LZ4", "at.yawk.lz4:lz4-java"},
                {"ZSTD", "com.github.luben:zstd-jni"}
            }) {
                Object codec = compression.getMethod("valueOf", String.class).invoke(null, expected[0]);

                assertThatThrownBy(() -> unpack.invoke(codec, ByteBuffer.allocate(10)))
                        .isInstanceOf(InvocationTargetException.class)
                        .cause()
                        .hasMessageContaining(expected[1] + " is not on the class path");
                assertThat(compression.getMethod("isAvailable").invoke(codec)).isEqualTo(false);
            }
            Object gzip = compression.getMethod("valueOf", String.class).invoke(null, "GZIP");
            assertThat(compression.getMethod("isAvailable").invoke(gzip)).isEqualTo(true);
        }
    }
}
