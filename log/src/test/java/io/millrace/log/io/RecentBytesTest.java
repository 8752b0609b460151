package io.millrace.log.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RecentBytesTest {
    private final RecentBytes recent = new RecentBytes(1_000);
    private final FileRef file = file();
    private final FileRef other = file();

    private static FileRef file() {
        return new FileRef() {
            @Override
            public Path path() {
                return Path.of("any");
            }
        };
    }

    @Test
    void whatNobodyHasWrittenIsNotHeld() {
        assertThat(recent.holds(file, 0)).isFalse();
        recent.wrote(file, 500, 100);
        assertThat(recent.holds(file, 499)).isFalse();
        assertThat(recent.holds(file, 500)).isTrue();
    }

    @Test
    void whatWasWrittenLongAgoIsNotHeldAndWhatCameSinceIs() {
        for (int i = 0; i < 30; i++) {
            recent.wrote(file, i * 100L, 100);
        }

        assertThat(recent.holds(file, 0)).isFalse();
        assertThat(recent.holds(file, 1_900)).isFalse();
        assertThat(recent.holds(file, 2_500)).isTrue();
        assertThat(recent.holds(file, 2_999)).isTrue();
    }

    @Test
    void neverMoreThanTheLimitIsHeld() {
        for (int i = 0; i < 100; i++) {
            recent.wrote(i % 3 == 0 ? file : other, i * 70L, 70);
            long position = 0;
            while (position <= i * 70L && !recent.holds(file, position)) {
                position += 70;
            }
            assertThat(position).isGreaterThanOrEqualTo((i + 1) * 70L - 1_000);
        }
    }

    @Test
    void whatOthersWriteOrReadPushesItOut() {
        recent.wrote(file, 0, 100);
        recent.wrote(other, 0, 500);
        assertThat(recent.holds(file, 0)).isTrue();

        recent.read(400);

        assertThat(recent.holds(file, 0)).isFalse();
        assertThat(recent.holds(other, 0)).isTrue();
    }
}
