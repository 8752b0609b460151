package io.millrace.verticles.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two names on the bus: a broker's service, and one run of a broker. */
class BusAddressTest {
    @Test
    void aServiceAddressIsReadAsItIsWritten() {
        assertThat(BusAddress.parse("b.12.repl")).contains(new BusAddress(12, "repl"));
        assertThat(new BusAddress(12, "repl")).hasToString("b.12.repl");
        assertThat(BusAddress.parse("b.1.repl.fetch")).contains(new BusAddress(1, "repl.fetch"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b.",
                "b.1",
                "b.1.",
                "b..x",
                "b.x.y",
                "b.-1.x",
                "b.+1.x",
                "b.01.x",
                "b.99999999999.x",
                "b.4294967295.x"
            })
    void whatIsReservedAndMalformedIsNobodys(String address) {
        assertThat(BusAddress.isReserved(address)).isTrue();
        assertThat(BusAddress.parse(address)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "b", "bus.1.x", "orders", "__vertx.reply.1"})
    void othersAddressesAreNotReserved(String address) {
        assertThat(BusAddress.isReserved(address)).isFalse();
    }

    @Test
    void aNodeIdCarriesItsAddress() {
        BusNodeId id = new BusNodeId(3, new UUID(1, 2), "broker.example", 9094);

        assertThat(id).hasToString("b3@broker.example:9094#00000000-0000-0001-0000-000000000002");
        assertThat(BusNodeId.parse(id.toString())).contains(id);
    }

    @Test
    void aNodeIdMayHoldAnIpv6Address() {
        BusNodeId id = new BusNodeId(3, new UUID(1, 2), "fe80::1%eth0", 9094);

        assertThat(BusNodeId.parse(id.toString())).contains(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "b",
                "b3",
                "b3@h:1",
                "b3@:1#00000000-0000-0001-0000-000000000002",
                "b3@h:99999#00000000-0000-0001-0000-000000000002",
                "bx@h:1#00000000-0000-0001-0000-000000000002",
                "7c1f5a0e-6b8e-4a43-9d0a-2f4a1f7d7e11"
            })
    void anyOtherTextIsAnotherNodesId(String text) {
        assertThat(BusNodeId.parse(text)).isEmpty();
    }
}
