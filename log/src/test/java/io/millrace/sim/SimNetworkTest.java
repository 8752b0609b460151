package io.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The verbs of the simulated network. */
class SimNetworkTest {
    private final Simulation simulation = new Simulation(11);
    private final SimNetwork<String> network = new SimNetwork<>(simulation);
    private final Map<Integer, List<String>> received = new HashMap<>();

    @BeforeEach
    void threeNodes() {
        for (int node = 1; node <= 3; node++) {
            join(node);
        }
    }

    @Test
    void messagesOfALinkArriveInOrder() {
        List<String> sent = send(1, 2, 50);

        assertThat(at(2)).isEqualTo(sent);
        assertThat(network.delivered()).isEqualTo(50);
    }

    @Test
    void reorderingLetsMessagesOvertake() {
        network.delay(0, 20);
        network.reordering(0.5);

        List<String> sent = send(1, 2, 50);

        assertThat(at(2)).isNotEqualTo(sent).containsExactlyInAnyOrderElementsOf(sent);
    }

    @Test
    void duplicatesArriveTwiceAndLossNever() {
        network.duplication(1);
        send(1, 2, 5);
        network.heal();
        network.loss(1);
        send(1, 3, 5);

        assertThat(at(2)).hasSize(10);
        assertThat(at(3)).isEmpty();
    }

    @Test
    void nothingReachesADeafNodeButItIsHeard() {
        network.dropMessagesTo(2);
        send(1, 2, 1);
        send(2, 1, 1);
        assertThat(at(2)).isEmpty();
        assertThat(at(1)).hasSize(1);

        network.allowAllMessagesTo(2);
        send(1, 2, 1);
        assertThat(at(2)).hasSize(1);
    }

    @Test
    void aPartitionSeparatesTwoSides() {
        network.partition(1);
        send(1, 2, 1);
        send(2, 1, 1);
        send(2, 3, 1);
        assertThat(at(1)).isEmpty();
        assertThat(at(2)).isEmpty();
        assertThat(at(3)).hasSize(1);

        network.heal();
        send(1, 2, 1);
        assertThat(at(2)).hasSize(1);
    }

    @Test
    void cuttingALinkLosesWhatIsUnderWay() {
        network.send(1, 2, "under way");
        network.cut(1, 2);
        simulation.runUntilIdle();

        assertThat(at(2)).isEmpty();
        assertThat(network.dropped()).isEqualTo(1);
    }

    @Test
    void aRestartedNodeGetsNothingThatWasSentToItsEarlierLife() {
        network.send(1, 2, "to the dead");
        network.leave(2);
        join(2);
        network.send(1, 2, "to the living");
        simulation.runUntilIdle();

        assertThat(at(2)).containsExactly("to the living");
    }

    private void join(int node) {
        network.join(node, new SimNetwork.Receiver<>() {
            @Override
            public void receive(int from, String message) {
                received.computeIfAbsent(node, n -> new ArrayList<>()).add(message);
            }
        });
    }

    private List<String> send(int from, int to, int count) {
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add(from + "/" + to + "/" + i);
            network.send(from, to, sent.get(i));
        }
        simulation.runUntilIdle();
        return sent;
    }

    private List<String> at(int node) {
        return received.getOrDefault(node, List.of());
    }
}
