package io.millrace.verticles.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.sim.Seeded;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The same random requests, at the same times, to our machine and to Kafka 4.4's own coordinator: the same answers, the same
 * records, the same groups, also after both were loaded anew from the log.
 */
class KafkaDifferenceTest {
    private static final int STEPS = 150;

    @Seeded(runs = 120)
    void randomRequestsGetKafkasAnswers(long seed) {
        new KafkaComparison(seed, true, new TreeMap<>()).run(STEPS);
    }

    @Seeded(runs = 120)
    void randomRequestsGetKafkasAnswersWhileRecordsAreUnderWay(long seed) {
        new KafkaComparison(seed, false, new TreeMap<>()).run(STEPS);
    }

    @Tag("long")
    @Seeded(runs = 10_000, fresh = true)
    void randomRequestsGetKafkasAnswersOverManySeeds(long seed) {
        new KafkaComparison(seed, seed % 2 == 0, new TreeMap<>()).run(2 * STEPS);
    }

    @Test
    void theRequestsReachTheRareCases() {
        Map<String, Integer> seen = new TreeMap<>();
        for (int seed = 1; seed <= 100; seed++) {
            new KafkaComparison(seed, true, seen).run(STEPS);
        }
        assertThat(seen)
                .as("states")
                .containsKeys("Empty", "PreparingRebalance", "CompletingRebalance", "Stable", "Dead");
        assertThat(seen)
                .as("answers, by error code")
                .containsKeys("join 0", "join 0 skip", "join 23", "join 24", "join 25", "join 26", "join 79")
                .containsKeys("join 81", "join 82")
                .containsKeys("sync 0", "sync 22", "sync 23", "sync 25", "sync 27")
                .containsKeys("commit 0", "commit 12", "commit 22", "commit 25", "commit 27", "commit 69", "commit 82")
                .containsKeys("delete 0", "delete 68", "delete 69");
        assertThat(seen.get("sync 0")).as("assignments handed out").isGreaterThan(100);
    }
}
