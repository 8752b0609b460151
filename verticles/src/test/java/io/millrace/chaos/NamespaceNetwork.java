package io.millrace.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A network namespace for each node, one for the clients and one for the bridge between them. Nothing of it is visible
 * outside: no interface is made in the machine's own namespace. Packets are dropped with nftables where they arrive.
 *
 * <p>Thread: the run's main.
 */
final class NamespaceNetwork implements Network {
    private static final String NET = "10.231.77.";
    private static final int CLIENTS = 0;

    private final String name;

    private NamespaceNetwork(String name) {
        this.name = name;
    }

    /** Whether this process may make namespaces and drop packets in them. */
    static boolean isPossible() {
        return canRun("nft", "--version") && canRun("ip", "netns", "list") && canRun("unshare", "--net", "true");
    }

    private static boolean canRun(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException absent) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Lays the network; {@code name} is a prefix that nobody else uses. */
    static NamespaceNetwork lay(String name) {
        NamespaceNetwork network = new NamespaceNetwork(name);
        network.layAll();
        return network;
    }

    /** The network of that name, which another process has laid. */
    static NamespaceNetwork existing(String name) {
        return new NamespaceNetwork(name);
    }

    private void layAll() {
        run("ip", "netns", "add", bridge());
        run("ip", "-n", bridge(), "link", "add", "br0", "type", "bridge");
        run("ip", "-n", bridge(), "link", "set", "br0", "up");
        for (int host = CLIENTS; host <= ChaosCluster.NODES; host++) {
            String space = space(host);
            String port = "p" + host;
            run("ip", "netns", "add", space);
            run("ip", "-n", bridge(), "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", space);
            run("ip", "-n", bridge(), "link", "set", port, "master", "br0", "up");
            run("ip", "-n", space, "addr", "add", addressOf(host) + "/24", "dev", "eth0");
            run("ip", "-n", space, "link", "set", "eth0", "up");
            run("ip", "-n", space, "link", "set", "lo", "up");
            inside(host, "nft", "add table inet chaos");
            inside(host, "nft", "add chain inet chaos in { type filter hook input priority 0; policy accept; }");
        }
    }

    private String bridge() {
        return name + "b";
    }

    private String space(int host) {
        return name + host;
    }

    private static String addressOf(int host) {
        return NET + (10 + host);
    }

    String name() {
        return name;
    }

    @Override
    public String address(int node) {
        return addressOf(node);
    }

    @Override
    public List<String> at(int node, List<String> command) {
        return Stream.concat(Stream.of("ip", "netns", "exec", space(node)), command.stream())
                .toList();
    }

    @Override
    public List<String> atClients(List<String> command) {
        return at(CLIENTS, command);
    }

    @Override
    public boolean canCut() {
        return true;
    }

    @Override
    public void cutOneWay(int from, int to) {
        inside(to, "nft", "add rule inet chaos in ip saddr " + addressOf(from) + " drop");
    }

    @Override
    public void cutFromClients(int node) {
        cutOneWay(CLIENTS, node);
        cutOneWay(node, CLIENTS);
    }

    @Override
    public void cutPort(int node, int port) {
        inside(node, "nft", "add rule inet chaos in tcp dport " + port + " drop");
        for (int other = 1; other <= ChaosCluster.NODES; other++) {
            if (other != node) {
                inside(
                        other,
                        "nft",
                        "add rule inet chaos in ip saddr " + addressOf(node) + " tcp sport " + port + " drop");
            }
        }
    }

    @Override
    public void heal() {
        for (int host = CLIENTS; host <= ChaosCluster.NODES; host++) {
            inside(host, "nft", "flush chain inet chaos in");
        }
    }

    private void inside(int host, String command, String arguments) {
        List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", space(host), command));
        line.addAll(List.of(arguments.split(" ")));
        run(line.toArray(String[]::new));
    }

    private static void run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + said.trim());
            }
        } catch (IOException e) {
            throw new IllegalStateException(String.join(" ", command), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Removes every namespace; what still runs in one keeps it until it ends. */
    @Override
    public void close() {
        for (int host = CLIENTS; host <= ChaosCluster.NODES; host++) {
            canRun("ip", "netns", "del", space(host));
        }
        canRun("ip", "netns", "del", bridge());
    }
}
