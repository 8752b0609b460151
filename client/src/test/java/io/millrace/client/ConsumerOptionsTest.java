package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ConsumerOptionsTest {
    private final ConsumerOptions options = new ConsumerOptions();

    @Test
    void whatCannotBeIsRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.maxPartitionBytes(0))
                .withMessage("maxPartitionBytes must be positive, not 0");
        assertThatIllegalArgumentException().isThrownBy(() -> options.maxBufferedBytes(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> options.requestTimeoutMs(0));
        assertThatIllegalArgumentException().isThrownBy(() -> options.sessionTimeoutMs(0));
        assertThatIllegalArgumentException().isThrownBy(() -> options.rebalanceTimeoutMs(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.minBytes(-1))
                .withMessage("minBytes must not be negative, but is -1");
        assertThatIllegalArgumentException().isThrownBy(() -> options.maxWaitMs(-1));
        assertThat(options.maxPartitionBytes()).isEqualTo(1 << 20);
    }

    @Test
    void theLeastThatCanBeIsTaken() {
        options.maxPartitionBytes(1)
                .maxBufferedBytes(1)
                .minBytes(0)
                .maxWaitMs(0)
                .requestTimeoutMs(1);
        assertThat(new ConsumerOptions(options).maxPartitionBytes()).isEqualTo(1);
    }
}
