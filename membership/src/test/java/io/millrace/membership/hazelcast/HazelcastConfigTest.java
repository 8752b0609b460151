package io.millrace.membership.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The settings whose absence has bitten others. */
class HazelcastConfigTest {
    private static MemberSettings settings(String bindHost, List<String> seeds) {
        return new MemberSettings("house", bindHost, 5701, 10, seeds, Map.of(MemberAttributes.BROKER_ID, "7"));
    }

    @Test
    void theIoThreadsAreNeverCutToOne() {
        Config config = HazelcastConfig.of(settings("127.0.0.1", List.of()));

        assertThat(config.getProperties().stringPropertyNames()).noneMatch(name -> name.startsWith("hazelcast.io."));
    }

    @Test
    void nothingIsSentHomeAndOneInterfaceIsBound() {
        Config config = HazelcastConfig.of(settings("127.0.0.1", List.of()));

        assertThat(config.getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
        assertThat(config.getProperty("hazelcast.socket.bind.any")).isEqualTo("false");
        assertThat(config.getProperty("hazelcast.shutdownhook.enabled")).isEqualTo("false");
        assertThat(config.getNetworkConfig().getInterfaces().getInterfaces()).containsExactly("127.0.0.1");
        assertThat(config.getSerializationConfig().getJavaSerializationFilterConfig())
                .isNotNull();
    }

    @Test
    void aClusterOfOneJoinsNobody() {
        Config config = HazelcastConfig.of(settings("127.0.0.1", List.of()));

        assertThat(config.getNetworkConfig().getJoin().getMulticastConfig().isEnabled())
                .isFalse();
        assertThat(config.getNetworkConfig().getJoin().getTcpIpConfig().isEnabled())
                .isFalse();
        assertThat(config.getNetworkConfig().getJoin().getAutoDetectionConfig().isEnabled())
                .isFalse();
    }

    @Test
    void seedsAreAskedByTcpOnly() {
        Config config = HazelcastConfig.of(settings("10.0.0.1", List.of("10.0.0.2:5701", "10.0.0.3:5701")));

        assertThat(config.getNetworkConfig().getJoin().getTcpIpConfig().getMembers())
                .containsExactly("10.0.0.2:5701", "10.0.0.3:5701");
        assertThat(config.getNetworkConfig().getJoin().getMulticastConfig().isEnabled())
                .isFalse();
    }

    @Test
    void anIpv6AddressIsFoundBecauseHazelcastIsToldToLookForIt() {
        assertThat(HazelcastConfig.of(settings("::1", List.of("[::1]:5702")))
                        .getProperty("hazelcast.prefer.ipv4.stack"))
                .isEqualTo("false");
        assertThat(HazelcastConfig.of(settings("127.0.0.1", List.of())).getProperty("hazelcast.prefer.ipv4.stack"))
                .isNull();
    }

    @Test
    void membersOfAnotherHazelcastMinorAreAnotherCluster() {
        assertThat(HazelcastConfig.of(settings("127.0.0.1", List.of())).getClusterName())
                .isEqualTo("house-hz5.7");
    }

    @Test
    void aWildcardAddressIsRefusedWithTheReason() {
        assertThatThrownBy(() -> settings("0.0.0.0", List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it has no authentication");
    }
}
