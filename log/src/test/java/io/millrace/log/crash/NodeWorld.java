package io.millrace.log.crash;

import io.millrace.log.LogConfig;
import io.millrace.log.TopicPartitionId;
import io.millrace.sim.SimDisk;
import io.millrace.sim.Simulation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * What outlives the processes of one node: its disk, and the truth about every partition that it ever had. A simulation
 * may hold several.
 *
 * <p>Thread: the simulation's only thread.
 */
final class NodeWorld {
    /** Changes of the disk before the first process. */
    static final long STEPS_OF_SETUP = 2;

    private final Simulation simulation;
    private final String name;
    private final SimDisk disk;
    private final Path directory = Path.of("/data");
    private final AckRule ackRule;
    private final Map<TopicPartitionId, History> histories = new LinkedHashMap<>();
    private final Map<TopicPartitionId, LogConfig> configs = new LinkedHashMap<>();
    private final Set<TopicPartitionId> beingDeleted = new HashSet<>();
    private final Set<TopicPartitionId> deleted = new HashSet<>();
    private LogLife running;
    private int lives;

    NodeWorld(Simulation simulation, String name, AckRule ackRule) {
        this.simulation = simulation;
        this.name = name;
        this.disk = new SimDisk(simulation, name + " disk");
        this.ackRule = ackRule;
        disk.onStep(step -> simulation.trace().note(() -> "    " + step));
        try {
            disk.createDirectories(directory);
            disk.syncDirectory(directory.getParent());
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    Simulation simulation() {
        return simulation;
    }

    SimDisk disk() {
        return disk;
    }

    Path directory() {
        return directory;
    }

    AckRule ackRule() {
        return ackRule;
    }

    Random random() {
        return simulation.random(name);
    }

    /** A partition that the cluster wants here. */
    void want(TopicPartitionId id, LogConfig config) {
        histories.put(id, new History());
        configs.put(id, config);
    }

    void unwant(TopicPartitionId id) {
        beingDeleted.add(id);
        histories.remove(id);
        configs.remove(id);
    }

    void isDeleted(TopicPartitionId id) {
        beingDeleted.remove(id);
        deleted.add(id);
    }

    boolean wants(TopicPartitionId id) {
        return histories.containsKey(id);
    }

    boolean isGone(TopicPartitionId id) {
        return deleted.contains(id);
    }

    Map<TopicPartitionId, History> histories() {
        return histories;
    }

    History history(TopicPartitionId id) {
        return histories.get(id);
    }

    LogConfig config(TopicPartitionId id) {
        return configs.get(id);
    }

    /** A new process: not yet open. */
    LogLife startLife() {
        lives++;
        running = new LogLife(this, name + " life " + lives);
        String began = "== " + name + " life " + lives;
        simulation.trace().note(began);
        return running;
    }

    LogLife running() {
        return running;
    }

    /** The running life is over; what it left on the disk gets its fate. */
    void crash(CrashKind kind) {
        running.end();
        simulation.trace().note(() -> "== " + kind);
        kind.happenTo(disk);
        histories.values().forEach(history -> history.ended(kind));
    }
}
