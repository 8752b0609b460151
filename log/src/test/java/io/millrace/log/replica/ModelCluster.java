package io.millrace.log.replica;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Three nodes, a controller and a network that loses, doubles and reorders, all driven by one seed. {@link #storm} does harm
 * at random; {@link #heal} stops the harm and demands progress.
 *
 * <p>Thread: one.
 */
final class ModelCluster {
    /** Planted on purpose, to see that the invariants would notice. */
    enum Bug {
        NONE,
        UNCHANGED_ISR_IS_NOT_COMMITTED,
        DIVERGENCE_IS_IGNORED,
        FETCH_BEFORE_WRITE,
        TRUNCATE_TO_WATERMARK
    }

    record Append(int epoch, int offset, int value) {}

    static final int NODES = 3;

    final ModelController controller;
    final List<ModelNode> nodes = new ArrayList<>();
    final Bug bug;
    /** Offset to value of everything that was acknowledged with acks=all. */
    final TreeMap<Integer, Integer> acked = new TreeMap<>();

    final Map<Integer, Integer> leaderOfEpoch = new HashMap<>();
    long nowMs = 1;
    int progress;
    int alarms;
    private final boolean group;
    private final Random schedule;
    private final Random network;
    private final List<ModelMessage> inFlight = new ArrayList<>();
    private int nextValue;
    /** How rarely harm is done: seeds differ, from storms to drizzle. */
    private final int calm;

    private double lossRate;

    ModelCluster(long seed, Bug bug) {
        this.bug = bug;
        this.controller = new ModelController(NODES, bug);
        this.schedule = new Random(seed);
        this.network = new Random(~seed);
        this.group = schedule.nextBoolean();
        this.calm = 1 + schedule.nextInt(12);
        int minInsyncReplicas = 1 + schedule.nextInt(2);
        this.lossRate = schedule.nextDouble() * 0.3;
        for (int id = 0; id < NODES; id++) {
            ModelNode node = new ModelNode(this, id, group, minInsyncReplicas);
            nodes.add(node);
            node.start(controller.newest().brokerEpochs()[id], 0);
        }
    }

    void send(ModelMessage message) {
        inFlight.add(message);
    }

    void leads(int node, int epoch) {
        Integer other = leaderOfEpoch.putIfAbsent(epoch, node);
        if (other != null && other != node) {
            throw new AssertionError("OneLeaderPerEpoch: " + other + " and " + node + " lead epoch " + epoch);
        }
    }

    void storm(int steps) {
        for (int step = 0; step < steps; step++) {
            harmOrWork();
            after("step " + step);
        }
    }

    private void harmOrWork() {
        ModelNode node = nodes.get(schedule.nextInt(NODES));
        int dice = schedule.nextInt(100);
        nowMs += schedule.nextInt(20);
        if (dice < 7) {
            if (schedule.nextInt(calm) == 0) {
                harm(node, dice);
            }
        } else if (dice < 40) {
            deliverOne();
        } else if (node.isUp()) {
            work(node, dice);
        } else if (dice < 60) {
            restart(node);
        }
    }

    private void harm(ModelNode node, int dice) {
        if (dice == 0 && node.isUp()) {
            node.crash(schedule.nextInt(5));
        } else if (dice == 1) {
            controller.fence(node.id);
        } else if (dice < 4) {
            controller.moveLeader(node.id);
        } else {
            nowMs += schedule.nextInt((int) ModelNode.LAG_TIME_MAX_MS);
        }
    }

    private void restart(ModelNode node) {
        long brokerEpoch = controller.register(node.id);
        // It loads the metadata up to its registration before it takes any role.
        node.start(brokerEpoch, controller.log.size() - 1);
    }

    private void work(ModelNode node, int dice) {
        if (dice < 52) {
            node.fetch();
        } else if (dice < 64) {
            node.applyNext();
        } else if (dice < 72) {
            node.append(nextValue++);
        } else if (dice < 84) {
            node.write(1 + schedule.nextInt(3));
        } else if (dice < 90) {
            node.sync();
        } else if (dice < 93) {
            node.giveUpWaiting();
        } else if (dice < 97) {
            node.machine.tick(nowMs);
        } else {
            unfence(node);
        }
    }

    /** Heartbeats: a broker that has seen its own registration is taken back. */
    private void unfence(ModelNode node) {
        if (isLoaded(node)) {
            controller.unfence(node.id);
        }
    }

    /** It has seen its own registration. */
    private boolean isLoaded(ModelNode node) {
        return node.applied > 0 && controller.log.get(node.applied - 1).brokerEpochs()[node.id] == node.brokerEpoch;
    }

    private void deliverOne() {
        if (inFlight.isEmpty()) {
            return;
        }
        ModelMessage message = inFlight.remove(network.nextInt(inFlight.size()));
        if (message instanceof ModelMessage.Propose && network.nextInt(3) > 0) {
            // The way to the controller is long: copies of a proposal meet other times than those they were made in.
            inFlight.add(message);
            return;
        }
        if (network.nextDouble() < lossRate) {
            return;
        }
        if (network.nextInt(8) == 0 && lossRate > 0) {
            inFlight.add(message);
        }
        deliver(message);
    }

    private void deliver(ModelMessage message) {
        if (message instanceof ModelMessage.Fetch fetch) {
            if (nodes.get(fetch.to()).isUp()) {
                nodes.get(fetch.to()).receive(fetch);
            }
        } else if (message instanceof ModelMessage.FetchAnswer answer) {
            ModelNode node = nodes.get(answer.fetch().from());
            if (node.isUp() && node.life == answer.fetch().life()) {
                node.receive(answer);
            }
        } else if (message instanceof ModelMessage.Propose propose) {
            IsrAnswer answer = controller.alter(propose.from(), propose.proposal());
            if (answer != null) {
                send(new ModelMessage.ProposeAnswer(
                        propose.from(), propose.life(), propose.proposal().proposalId(), answer));
            }
        } else if (message instanceof ModelMessage.ProposeAnswer answer) {
            ModelNode node = nodes.get(answer.to());
            if (node.isUp() && node.life == answer.life()) {
                node.answered(answer.proposalId(), answer.answer());
            }
        }
    }

    private void after(String when) {
        for (ModelNode node : nodes) {
            if (node.isUp()) {
                settle(node);
            }
        }
        try {
            ReplicaInvariant.ALL.forEach(invariant -> invariant.check(this));
        } catch (AssertionError violated) {
            throw new AssertionError(when + ": " + violated.getMessage(), violated);
        }
    }

    private void settle(ModelNode node) {
        node.waiting.removeIf(append -> {
            AckOutcome outcome = node.machine.ackOutcome(append.epoch(), append.offset() + 1);
            if (outcome == AckOutcome.ACKNOWLEDGED) {
                acked.put(append.offset(), append.value());
            }
            return outcome != AckOutcome.WAIT;
        });
    }

    /** No more harm: everyone comes back, everything is delivered, time passes; then a new record must be acknowledged. */
    void heal() {
        lossRate = 0;
        inFlight.clear();
        for (ModelNode node : nodes) {
            if (!node.isUp()) {
                restart(node);
            }
        }
        int before = acked.size();
        for (int round = 0; round < 200 && !isHealthy(); round++) {
            round(round);
        }
        if (!isHealthy()) {
            throw new AssertionError("Progress: not all in sync after healing: " + this);
        }
        ModelNode leader = nodes.get(controller.partition().leaderId());
        leader.append(nextValue++);
        for (int round = 0; round < 20; round++) {
            round(round);
        }
        if (acked.size() <= before || !isHealthy()) {
            throw new AssertionError("Progress: nothing is acknowledged after healing: " + this);
        }
    }

    private void round(int round) {
        nowMs += ModelNode.RETRY_MS + 1;
        for (ModelNode node : nodes) {
            for (int i = 0; i < 10; i++) {
                node.applyNext();
            }
            node.write(100);
            node.sync();
            node.fetch();
            node.machine.tick(nowMs);
            if (round % 5 == 4) {
                node.giveUpWaiting();
            }
            unfence(node);
        }
        while (!inFlight.isEmpty()) {
            deliver(inFlight.remove(0));
        }
        after("healing round " + round);
    }

    private boolean isHealthy() {
        int leader = controller.partition().leaderId();
        if (leader < 0 || controller.partition().isr().length < NODES) {
            return false;
        }
        int end = nodes.get(leader).log.end();
        return nodes.stream()
                .allMatch(node -> node.isUp()
                        && node.applied == controller.log.size()
                        && node.log.end() == end
                        && node.machine.highWatermark() == end);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(controller.partition().toString());
        text.append(" isr ")
                .append(java.util.Arrays.toString(controller.partition().isr()));
        for (ModelNode node : nodes) {
            text.append("\n  ")
                    .append(node.id)
                    .append(" end ")
                    .append(node.log.end())
                    .append(" durable ")
                    .append(node.log.durableEnd());
            if (node.isUp()) {
                text.append(" hw ")
                        .append(node.machine.highWatermark())
                        .append(" applied ")
                        .append(node.applied)
                        .append('/')
                        .append(controller.log.size())
                        .append(' ')
                        .append(node.machine.role());
            }
        }
        return text.toString();
    }
}
