package io.millrace.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What is done to the cluster.
 *
 * <p>Thread: immutable.
 */
final class Stories {
    private Stories() {}

    private static final Story A_LEADER =
            Story.kill("kill -9 a leader", true, scene -> killAndReturn(scene, scene.leader()));
    private static final Story CONTROLLER =
            Story.kill("kill -9 the controller", true, scene -> killAndReturn(scene, scene.controller()));
    private static final Story ALL_AT_ONCE = Story.of("kill -9 all at once", true, scene -> {
        scene.cluster().nodes().forEach(ChaosNode::kill);
        scene.cluster().startAll();
    });
    private static final Story ALL_AT_ONCE_LONG = ALL_AT_ONCE.inLongFormOnly();
    private static final Story RESTARTS = Story.of("a node restarts within a second", true, scene -> {
        ChaosNode node = scene.leader();
        scene.faultOf(node);
        node.kill();
        node.start();
    });
    private static final Story THE_COORDINATOR =
            Story.of("kill -9 the coordinator", true, scene -> killAndReturn(scene, scene.coordinator()));

    static final List<Story> ALL = List.of(
            A_LEADER,
            THE_COORDINATOR.with(Cast.GROUP),
            ALL_AT_ONCE_LONG.with(Cast.GROUP),
            A_LEADER.with(Cast.COMPACTED),
            ALL_AT_ONCE_LONG.with(Cast.COMPACTED),
            A_LEADER.inLongFormOnly().with(Cast.NOT_IDEMPOTENT),
            A_LEADER.inLongFormOnly().with(Cast.LEADER_ONLY),
            ALL_AT_ONCE_LONG.with(Cast.LEADER_ONLY),
            A_LEADER.with(Cast.KCAT),
            CONTROLLER.inLongFormOnly().with(Cast.KCAT),
            ALL_AT_ONCE_LONG.with(Cast.KCAT),
            CONTROLLER,
            Story.kill("kill -9 a bystander", false, scene -> killAndReturn(scene, scene.bystander())),
            Story.kill("kill -9 Hazelcast's oldest", false, scene -> killAndReturn(scene, scene.oldest())),
            ALL_AT_ONCE,
            RESTARTS,
            Story.of("pause a leader", true, scene -> pauseAndResume(scene, scene.leader())),
            Story.of("pause the controller", false, scene -> pauseAndResume(scene, scene.controller())),
            Story.of("pause a bystander", false, scene -> pauseAndResume(scene, scene.bystander())),
            Story.of("pause a leader, kill another meanwhile", false, scene -> {
                ChaosNode paused = scene.leader();
                ChaosNode killed = scene.other(paused);
                scene.faultOf(paused);
                paused.pause();
                scene.last();
                killed.kill();
                killed.start();
                paused.resume();
            }),
            Story.cut("isolate a leader", true, scene -> isolate(scene, scene.leader())),
            Story.cut("isolate the controller", false, scene -> isolate(scene, scene.controller())),
            Story.cut("isolate a leader from clients too", false, scene -> {
                ChaosNode node = scene.leader();
                scene.faultOf(node);
                scene.network().isolate(node.id());
                scene.network().cutFromClients(node.id());
                scene.last();
                scene.network().heal();
            }),
            Story.cut("a leader hears nobody", true, scene -> {
                ChaosNode deaf = scene.leader();
                scene.faultOf(deaf);
                for (ChaosNode other : scene.cluster().nodes()) {
                    if (other != deaf) {
                        scene.network().cutOneWay(other.id(), deaf.id());
                    }
                }
                scene.last();
                scene.network().heal();
            }),
            Story.cut("the controller is heard by nobody", false, scene -> {
                ChaosNode mute = scene.controller();
                scene.faultOf(mute);
                for (ChaosNode other : scene.cluster().nodes()) {
                    if (other != mute) {
                        scene.network().cutOneWay(mute.id(), other.id());
                    }
                }
                scene.last();
                scene.network().heal();
            }),
            Story.cut("a bridge: two nodes see only the third", false, scene -> {
                ChaosNode leader = scene.leader();
                ChaosNode other = scene.other(leader);
                scene.faultOf(leader);
                scene.network().cut(leader.id(), other.id());
                scene.last();
                scene.network().heal();
            }),
            Story.cut("only Hazelcast's port is cut", true, scene -> cutPort(scene, ChaosNode.HAZELCAST_PORT)),
            Story.cut("only the bus is cut", false, scene -> cutPort(scene, ChaosNode.BUS_PORT)),
            Story.of("rolling restart", true, scene -> {
                for (ChaosNode node : scene.cluster().nodes()) {
                    node.terminate();
                    node.start();
                    scene.awaitWhole();
                }
            }),
            Story.of("a node comes back with an empty disk", true, scene -> {
                ChaosNode node = scene.bystander();
                scene.faultOf(node);
                node.kill();
                node.loseDisk();
                node.start();
                scene.cluster().replaceVote(node);
            }),
            ALL_AT_ONCE.on(Place.SYNCED, ", synced before acknowledged"),
            A_LEADER.inLongFormOnly().on(Place.SYNCED, ", synced before acknowledged"),
            ALL_AT_ONCE_LONG.with(Cast.GROUP).on(Place.SYNCED, ", synced"),
            RESTARTS.inLongFormOnly().on(Place.SYNCED, ", synced before acknowledged"),
            new Story("a leader's disk is full", false, false, Place.SMALL_DISK, Cast.STOCK, 0, scene -> {
                ChaosNode node = scene.leader();
                scene.faultOf(node);
                Path filler = node.data().resolve("filler");
                fill(filler);
                scene.last();
                Files.delete(filler);
            }));

    private static void killAndReturn(Scene scene, ChaosNode node) {
        scene.faultOf(node);
        node.kill();
        scene.awaitProgress();
        node.start();
    }

    private static void pauseAndResume(Scene scene, ChaosNode node) {
        scene.faultOf(node);
        node.pause();
        scene.last();
        node.resume();
    }

    private static void isolate(Scene scene, ChaosNode node) {
        scene.faultOf(node);
        scene.network().isolate(node.id());
        scene.last();
        scene.network().heal();
    }

    private static void cutPort(Scene scene, int port) {
        ChaosNode node = scene.leader();
        scene.faultOf(node);
        scene.network().cutPort(node.id(), port);
        scene.last();
        scene.network().heal();
    }

    private static void fill(Path filler) {
        byte[] block = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            // No space left: that is what was wanted.
        }
    }
}
