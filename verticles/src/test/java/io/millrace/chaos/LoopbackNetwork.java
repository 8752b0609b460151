package io.millrace.chaos;

import java.util.List;

/**
 * All nodes on 127.0.0.1: nothing can be cut, processes can be killed and stopped. For machines without root's rights.
 *
 * <p>Thread: any.
 */
final class LoopbackNetwork implements Network {
    @Override
    public String address(int node) {
        return "127.0.0.1";
    }

    @Override
    public List<String> at(int node, List<String> command) {
        return command;
    }

    @Override
    public List<String> atClients(List<String> command) {
        return command;
    }

    @Override
    public boolean canCut() {
        return false;
    }

    @Override
    public void cutOneWay(int from, int to) {
        throw new IllegalStateException("loopback has no links");
    }

    @Override
    public void cutFromClients(int node) {
        throw new IllegalStateException("loopback has no links");
    }

    @Override
    public void cutPort(int node, int port) {
        throw new IllegalStateException("loopback has no links");
    }

    @Override
    public void heal() {
        // Nothing was cut.
    }

    @Override
    public void close() {
        // Nothing was laid.
    }
}
