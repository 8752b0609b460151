package io.millrace.sim;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A network of nodes with numbers: messages between two nodes arrive in order, after a delay, unless told to misbehave.
 * Every verb takes effect for what is sent from then on; a cut link also loses what is under way, as a reset connection
 * does.
 *
 * <p>Thread: the simulation's only thread.
 *
 * @param <M> what the nodes say to each other; messages are handed over by reference and must not be changed
 */
public final class SimNetwork<M> {
    /** What a node does with a message. */
    public interface Receiver<M> {
        void receive(int from, M message);
    }

    private record Link(int from, int to) {}

    private record Label(Link link, Object message) {
        @Override
        public String toString() {
            return link.from + " -> " + link.to + ": " + message;
        }
    }

    private final SimScheduler scheduler;
    private final Random random;
    private final Map<Integer, Receiver<M>> nodes = new HashMap<>();
    private final Set<Link> cut = new HashSet<>();
    private final Map<Link, Long> lastArrivalMs = new HashMap<>();
    private long minDelayMs = 1;
    private long maxDelayMs = 5;
    private double loss;
    private double duplication;
    private double reordering;
    private long delivered;
    private long dropped;

    public SimNetwork(Simulation simulation) {
        this.scheduler = simulation.scheduler();
        this.random = simulation.random("network");
    }

    /** A node comes up; what was under way to an earlier life of it is lost. */
    public void join(int node, Receiver<M> receiver) {
        nodes.put(node, receiver);
    }

    /** A node goes down: nothing reaches it any more. */
    public void leave(int node) {
        nodes.remove(node);
    }

    public void send(int from, int to, M message) {
        Link link = new Link(from, to);
        Receiver<M> receiver = nodes.get(to);
        if (receiver == null || cut.contains(link) || hits(loss)) {
            dropped++;
            return;
        }
        deliver(link, receiver, message);
        if (hits(duplication)) {
            deliver(link, receiver, message);
        }
    }

    /** Nothing reaches the node; what it sends still arrives. */
    public void dropMessagesTo(int node) {
        nodes.keySet().forEach(other -> oneWay(other, node));
    }

    /** Nothing leaves the node; what is sent to it still arrives. */
    public void dropMessagesFrom(int node) {
        nodes.keySet().forEach(other -> oneWay(node, other));
    }

    public void allowAllMessagesTo(int node) {
        cut.removeIf(link -> link.to == node);
    }

    public void allowAllMessagesFrom(int node) {
        cut.removeIf(link -> link.from == node);
    }

    /** Cuts one direction of one link. */
    public void oneWay(int from, int to) {
        if (from != to) {
            cut.add(new Link(from, to));
        }
    }

    /** Cuts both directions of one link: with three nodes this leaves a bridge. */
    public void cut(int a, int b) {
        oneWay(a, b);
        oneWay(b, a);
    }

    /** These nodes see each other and nobody else; the others see each other and none of these. */
    public void partition(int... side) {
        Set<Integer> inside = new HashSet<>(Arrays.stream(side).boxed().toList());
        for (int a : nodes.keySet()) {
            for (int b : nodes.keySet()) {
                if (inside.contains(a) != inside.contains(b)) {
                    oneWay(a, b);
                }
            }
        }
    }

    /** All links work again, without loss, duplicates or reordering; the delay stays. */
    public void heal() {
        cut.clear();
        loss = 0;
        duplication = 0;
        reordering = 0;
    }

    public void delay(long minMs, long maxMs) {
        if (minMs < 0 || maxMs < minMs) {
            throw new IllegalArgumentException("a delay of " + minMs + " to " + maxMs + " ms");
        }
        minDelayMs = minMs;
        maxDelayMs = maxMs;
    }

    /** The share of messages that never arrive. */
    public void loss(double share) {
        loss = share;
    }

    /** The share of messages that arrive twice. */
    public void duplication(double share) {
        duplication = share;
    }

    /** The share of messages that may overtake others on their link. */
    public void reordering(double share) {
        reordering = share;
    }

    public boolean reaches(int from, int to) {
        return nodes.containsKey(to) && !cut.contains(new Link(from, to));
    }

    public long delivered() {
        return delivered;
    }

    public long dropped() {
        return dropped;
    }

    private void deliver(Link link, Receiver<M> receiver, M message) {
        long arrivalMs = scheduler.nowMs() + minDelayMs + random.nextInt((int) (maxDelayMs - minDelayMs + 1));
        if (!hits(reordering)) {
            // One millisecond apart: the scheduler may swap events of the same millisecond.
            arrivalMs = Math.max(arrivalMs, lastArrivalMs.getOrDefault(link, 0L) + 1);
            lastArrivalMs.put(link, arrivalMs);
        }
        scheduler.after(arrivalMs - scheduler.nowMs(), new Label(link, message), () -> arrive(link, receiver, message));
    }

    private void arrive(Link link, Receiver<M> receiver, M message) {
        if (nodes.get(link.to) != receiver || cut.contains(link)) {
            dropped++;
            return;
        }
        delivered++;
        receiver.receive(link.from, message);
    }

    private boolean hits(double share) {
        return share > 0 && random.nextDouble() < share;
    }
}
