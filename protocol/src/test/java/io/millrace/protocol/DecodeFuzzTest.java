package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever arrives, decoding ends with a message or a typed refusal, and within its heap. */
class DecodeFuzzTest {
    @Test
    void aHundredThousandDamagedRequestsAreDecodedOrRefused() {
        fuzz(20_261_123L, 100_000);
    }

    @Test
    @Tag("long")
    void tenMillionDamagedRequestsAreDecodedOrRefused() {
        long seed = Long.getLong("millrace.fuzz.seed", System.nanoTime());
        for (int round = 0; round < 20; round++) {
            fuzz(seed + round, 500_000);
        }
    }

    private static void fuzz(long seed, int count) {
        System.out.println("seed " + seed);
        DecodeFuzz fuzz = new DecodeFuzz(seed);

        fuzz.run(count);

        System.out.printf(
                "%d accepted, %d refused, at worst x%.1f of (frame + constant)%n",
                fuzz.accepted, fuzz.refused, fuzz.worstFactor);
        // A fuzzer whose input is always refused, or never, tests one path only.
        assertThat(fuzz.accepted).isGreaterThan(count / 20);
        assertThat(fuzz.refused).isGreaterThan(count / 20);
    }
}
