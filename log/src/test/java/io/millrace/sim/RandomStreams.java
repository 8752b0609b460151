package io.millrace.sim;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * One independent random stream per consumer, derived from the seed by the consumer's name, so that a draw added in one
 * place does not change what every other place draws.
 *
 * <p>Thread: the simulation's only thread.
 */
public final class RandomStreams {
    private final long seed;
    private final Map<String, Random> streams = new HashMap<>();

    public RandomStreams(long seed) {
        this.seed = seed;
    }

    public long seed() {
        return seed;
    }

    /** The stream of this name: the same object at every call. */
    public Random stream(String name) {
        return streams.computeIfAbsent(name, n -> new Random(mix(seed ^ mix(fnv64(n)))));
    }

    /** FNV-1a, written out because {@code String.hashCode} has only 32 bits and collides for short names. */
    private static long fnv64(String name) {
        long h = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) {
            h = (h ^ name.charAt(i)) * 0x100000001b3L;
        }
        return h;
    }

    /** The finalizer of SplitMix64: neighbouring seeds give unrelated streams. */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
