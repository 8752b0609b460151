package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Settings by Kafka's names.
 *
 * <p>Thread: one.
 */
class LogConfigTest {
    @Test
    void anEmptyMapHasKafkasDefaults() {
        LogConfig c = LogConfig.from(Map.of());

        assertThat(c.segmentBytes()).isEqualTo(1073741824);
        assertThat(c.retentionMs()).isEqualTo(604800000);
        assertThat(c.maxMessageBytes()).isEqualTo(1048588);
        assertThat(c.timestampAfterMaxMs()).isEqualTo(3600000);
        assertThat(c.timestampBeforeMaxMs()).isEqualTo(Long.MAX_VALUE);
        assertThat(c.maxDecompressedMessageBytes()).isEqualTo(2147483639);
        assertThat(c.delete()).isTrue();
        assertThat(c.compact()).isFalse();
        assertThat(c.flushMode()).isEqualTo(FlushMode.PAGE_CACHE);
        assertThat(c.syncsBeforeAck()).isFalse();
        assertThat(c).isEqualTo(LogConfig.DEFAULTS);
    }

    @Test
    void changesKeepTheRest() {
        LogConfig c = LogConfig.from(Map.of("cleanup.policy", "compact,delete", "retention.ms", "-1"))
                .with("flush.messages", "1");

        assertThat(c.compact()).isTrue();
        assertThat(c.delete()).isTrue();
        assertThat(c.retentionMs()).isEqualTo(-1);
        assertThat(c.syncsBeforeAck()).isTrue();
        assertThat(c.with(Map.of())).isEqualTo(c);
    }

    @Test
    void refusalsNameTheKeyAndTheValue() {
        assertRefused("segment.bytes", "0");
        assertRefused("segment.bytes", "many");
        assertRefused("max.message.bytes", "3000000000");
        assertRefused("cleanup.policy", "shred");
        assertRefused("compression.type", "rar");
        assertRefused("compression.gzip.level", "0");
        assertRefused("compression.lz4.level", "18");
        assertRefused("message.timestamp.type", "createtime");
        assertRefused("min.insync.replicas", "0");
        assertRefused("min.cleanable.dirty.ratio", "1.5");
        assertRefused("preallocate", "yes");
        assertRefused("flush.mode", "sometimes");
    }

    private static void assertRefused(String key, String value) {
        assertThatThrownBy(() -> LogConfig.from(Map.of(key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(value);
    }
}
