package io.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.apache.kafka.common.errors.RetriableException;
import org.junit.jupiter.api.Test;

/** Our table of error codes against that of kafka-clients. */
class ErrorsTest {

    @Test
    void everyErrorOfKafkaIsTheSameHere() {
        assertThat(Arrays.stream(Errors.values())
                        .map(e -> e.name() + " " + e.code() + " " + e.isRetriable() + " " + e.message()))
                .containsExactlyElementsOf(Arrays.stream(org.apache.kafka.common.protocol.Errors.values())
                        .map(e -> e.name() + " " + e.code() + " " + (e.exception() instanceof RetriableException) + " "
                                + e.message())
                        .toList());
    }

    @Test
    void everyCodeFindsItsErrorAndAnUnknownOneTheServersOwn() {
        for (int code = -3; code < 400; code++) {
            short asked = (short) code;
            Errors expected = Arrays.stream(Errors.values())
                    .filter(e -> e.code() == asked)
                    .findFirst()
                    .orElse(Errors.UNKNOWN_SERVER_ERROR);
            assertThat(Errors.forCode(asked)).isEqualTo(expected);
        }
    }
}
