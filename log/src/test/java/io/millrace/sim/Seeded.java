package io.millrace.sim;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs a test once per seed; the test takes the seed as its {@code long} parameter.
 *
 * <p>Properties: {@code millrace.seed} replays exactly one seed, {@code millrace.seeds} overrides how many run,
 * {@code millrace.seed.base} is the first one (a number, or {@code random}). Without them the seeds are 1, 2, 3 ...,
 * so that an ordinary build is repeatable.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(Seeds.class)
public @interface Seeded {
    /** How many seeds run unless {@code millrace.seeds} says otherwise. */
    int runs();

    /** True: without {@code millrace.seed.base} the first seed is drawn at random, for hunts in the long level. */
    boolean fresh() default false;
}
