package io.millrace.verticles.shard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FetchGroupTest {
    @Test
    void anAttemptLooksIntoABoundedNumberOfFilesOnTheLoop() {
        FetchGroup group = new FetchGroup(false, Runnable::run, () -> {});
        for (int attempt = 0; attempt < 2; attempt++) {
            group.begin(1_000);
            int files = 0;
            while (group.mayReadAtOnce() && files < 1_000) {
                group.hasReadAtOnce();
                files++;
            }
            assertThat(files).isEqualTo(32);
        }
    }
}
