package io.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.Deadline;
import io.millrace.oracle.TestTools;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A cut that cuts nothing would make every story of faults pass.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
class NamespaceNetworkTest {
    private static final int PORT = 8_000;
    private static final int OTHER_PORT = 8_001;

    private NamespaceNetwork network;
    private final List<Process> servers = new ArrayList<>();

    @BeforeEach
    void lay() throws Exception {
        TestTools.requireRight("network namespaces and nftables", NamespaceNetwork.isPossible());
        TestTools.executable("/usr/bin/python3");
        network = NamespaceNetwork.lay("mrt" + ProcessHandle.current().pid() + "x");
        for (int node = 1; node <= ChaosCluster.NODES; node++) {
            serve(node, PORT);
            serve(node, OTHER_PORT);
        }
    }

    @AfterEach
    void remove() {
        servers.forEach(Process::destroyForcibly);
        if (network != null) {
            network.close();
        }
    }

    private void serve(int node, int port) throws IOException {
        servers.add(new ProcessBuilder(network.at(
                        node,
                        List.of(
                                "/usr/bin/python3",
                                "-m",
                                "http.server",
                                Integer.toString(port),
                                "--directory",
                                "/proc/self/fdinfo")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
        Deadline deadline = Deadline.inSeconds(20);
        while (deadline.goOn()) {
            if (run(network.atClients(connect(node, port)))) {
                return;
            }
        }
        throw new IllegalStateException("node " + node + " does not serve port " + port);
    }

    private List<String> connect(int to, int port) {
        return List.of("timeout", "1", "bash", "-c", "exec 3<>/dev/tcp/" + network.address(to) + "/" + port);
    }

    private boolean reaches(int from, int to, int port) throws IOException {
        return run(network.at(from, connect(to, port)));
    }

    private static boolean run(List<String> command) throws IOException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void cutsAreThoseThatWereAskedForAndHeal() throws IOException {
        assertThat(reaches(1, 2, PORT)).as("before").isTrue();

        network.isolate(1);
        assertThat(reaches(1, 2, PORT)).as("isolated, outwards").isFalse();
        assertThat(reaches(2, 1, PORT)).as("isolated, inwards").isFalse();
        assertThat(reaches(2, 3, PORT)).as("the others").isTrue();
        assertThat(run(network.atClients(connect(1, PORT)))).as("clients").isTrue();

        network.heal();
        assertThat(reaches(1, 2, PORT)).as("healed").isTrue();

        network.cutPort(2, PORT);
        assertThat(reaches(1, 2, PORT)).as("the port that is cut").isFalse();
        assertThat(reaches(1, 2, OTHER_PORT)).as("another port").isTrue();

        network.heal();
        network.cutFromClients(3);
        assertThat(run(network.atClients(connect(3, PORT))))
                .as("cut from clients")
                .isFalse();
        assertThat(reaches(1, 3, PORT)).as("nodes still reach it").isTrue();
    }
}
