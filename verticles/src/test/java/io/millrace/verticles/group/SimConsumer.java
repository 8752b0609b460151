package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;

/**
 * A simulated consumer with the eager protocol: joins, assigns when it leads, beats, commits; may be slow, die and come back.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimConsumer {
    private static final int BEAT_MS = 2_000;
    private static final int REQUEST_TIMEOUT_MS = 4_000;
    private static final int BACKOFF_MS = 100;
    private static final int RESTART_MS = 1_000;

    final int node;
    final String group;
    final String instanceId;
    private final GroupWorld world;
    private final Random random;
    private final Map<Long, Consumer<Object>> waiting = new HashMap<>();
    private final List<Runnable> delayed = new ArrayList<>();
    private String memberId = "";
    private int generation = -1;
    private Set<Integer> owned = Set.of();
    private boolean up;
    private boolean fenced;
    private boolean slow;
    private int life;
    private int round;

    SimConsumer(GroupWorld world, int node, String group, String instanceId) {
        this.world = world;
        this.node = node;
        this.group = group;
        this.instanceId = instanceId;
        this.random = world.simulation().random("consumer " + node);
    }

    boolean up() {
        return up && !fenced;
    }

    boolean isSlow() {
        return slow;
    }

    String memberId() {
        return memberId;
    }

    int generation() {
        return generation;
    }

    Set<Integer> owned() {
        return owned;
    }

    void start() {
        up = true;
        fenced = false;
        world.network().join(node, (from, reply) -> receive(reply));
        if (generation >= 0) {
            leaveAZombie(commitOf(Set.of(random.nextInt(GroupWorld.PARTITIONS))));
        }
        memberId = "";
        revoke();
        join();
    }

    void crash() {
        up = false;
        slow = false;
        life++;
        round++;
        waiting.clear();
        delayed.clear();
        revoke();
        world.network().leave(node);
    }

    /** Says goodbye and is gone. */
    void leave() {
        call(
                new LeaveGroupRequestData()
                        .setGroupId(group)
                        .setMembers(List.of(GroupFixture.identity(memberId, instanceId))),
                5,
                reply -> {},
                () -> {});
        crash();
    }

    /** Does nothing for a while, and then goes on as if nothing had been. */
    void beSlow(long ms) {
        slow = true;
        int inLife = life;
        world.simulation().scheduler().after(ms, "consumer " + node + " wakes", () -> {
            if (life == inLife) {
                slow = false;
                List<Runnable> todo = new ArrayList<>(delayed);
                delayed.clear();
                todo.forEach(Runnable::run);
            }
        });
    }

    /** What the former life had on its way when it died arrives long after it. */
    private void leaveAZombie(OffsetCommitRequestData commit) {
        later(random.nextInt(8_000), () -> call(commit, 9, reply -> {}, () -> {}));
    }

    // ---- the protocol ----

    private void join() {
        int inRound = ++round;
        JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceId)
                .setSessionTimeoutMs(GroupWorld.SESSION_MS)
                .setRebalanceTimeoutMs(GroupWorld.REBALANCE_MS)
                .setProtocolType("consumer");
        request.protocols()
                .add(new JoinGroupRequestData.JoinGroupRequestProtocol()
                        .setName("range")
                        .setMetadata(GroupFixture.subscription("t")));
        call(
                request,
                9,
                reply -> {
                    if (round == inRound) {
                        joined((JoinGroupResponseData) reply);
                    }
                },
                () -> {
                    if (round == inRound) {
                        join();
                    }
                },
                GroupWorld.REBALANCE_MS + REQUEST_TIMEOUT_MS);
    }

    private void joined(JoinGroupResponseData reply) {
        switch (Errors.forCode(reply.errorCode())) {
            case NONE -> {
                memberId = reply.memberId();
                generation = reply.generationId();
                sync(reply);
            }
            case MEMBER_ID_REQUIRED -> {
                memberId = reply.memberId();
                join();
            }
            case UNKNOWN_MEMBER_ID -> {
                memberId = "";
                join();
            }
            case FENCED_INSTANCE_ID -> fence();
            default -> later(BACKOFF_MS, this::join);
        }
    }

    private void sync(JoinGroupResponseData joined) {
        int inRound = ++round;
        SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceId)
                .setGenerationId(generation)
                .setProtocolType("consumer")
                .setProtocolName("range");
        if (joined.leader().equals(memberId) && !joined.skipAssignment()) {
            request.setAssignments(assign(joined));
        }
        call(
                request,
                5,
                reply -> {
                    if (round == inRound) {
                        synced((SyncGroupResponseData) reply);
                    }
                },
                () -> {
                    if (round == inRound) {
                        join();
                    }
                });
    }

    /** Every partition to one member; the assignment carries who made it and when. */
    private List<SyncGroupRequestData.SyncGroupRequestAssignment> assign(JoinGroupResponseData joined) {
        String stamp = memberId + "@" + world.nextStamp();
        List<String> ids =
                joined.members().stream().map(m -> m.memberId()).sorted().toList();
        List<SyncGroupRequestData.SyncGroupRequestAssignment> all = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            StringBuilder text = new StringBuilder(stamp);
            for (int partition = i; partition < GroupWorld.PARTITIONS; partition += ids.size()) {
                text.append(' ').append(partition);
            }
            all.add(new SyncGroupRequestData.SyncGroupRequestAssignment()
                    .setMemberId(ids.get(i))
                    .setAssignment(text.toString().getBytes(StandardCharsets.UTF_8)));
        }
        return all;
    }

    private void synced(SyncGroupResponseData reply) {
        switch (Errors.forCode(reply.errorCode())) {
            case NONE -> {
                owned = partitions(reply.assignment());
                int inRound = ++round;
                beat(inRound);
                commit(inRound);
            }
            case FENCED_INSTANCE_ID -> fence();
            default -> lost(Errors.forCode(reply.errorCode()));
        }
    }

    private static Set<Integer> partitions(byte[] assignment) {
        Set<Integer> partitions = new TreeSet<>();
        String[] words = new String(assignment, StandardCharsets.UTF_8).split(" ");
        for (int i = 1; i < words.length; i++) {
            partitions.add(Integer.parseInt(words[i]));
        }
        return partitions;
    }

    private void beat(int inRound) {
        later(BEAT_MS, () -> {
            if (round != inRound) {
                return;
            }
            HeartbeatRequestData request = new HeartbeatRequestData()
                    .setGroupId(group)
                    .setMemberId(memberId)
                    .setGroupInstanceId(instanceId)
                    .setGenerationId(generation);
            call(
                    request,
                    4,
                    reply -> {
                        Errors error = Errors.forCode(((HeartbeatResponseData) reply).errorCode());
                        if (round != inRound) {
                            return;
                        }
                        if (error == Errors.NONE || error == Errors.NOT_COORDINATOR) {
                            beat(inRound);
                        } else {
                            lost(error);
                        }
                    },
                    () -> beat(inRound));
        });
    }

    private void commit(int inRound) {
        later(500 + random.nextInt(3_000), () -> {
            if (round != inRound || owned.isEmpty()) {
                return;
            }
            call(
                    commitOf(owned),
                    9,
                    reply -> {
                        Errors error = Errors.forCode(((OffsetCommitResponseData) reply)
                                .topics()
                                .get(0)
                                .partitions()
                                .get(0)
                                .errorCode());
                        if (round == inRound && error == Errors.FENCED_INSTANCE_ID) {
                            fence();
                        }
                    },
                    () -> {});
            commit(inRound);
        });
    }

    private OffsetCommitRequestData commitOf(Set<Integer> partitions) {
        List<OffsetCommitRequestPartition> rows = new ArrayList<>();
        partitions.forEach(partition -> rows.add(new OffsetCommitRequestPartition()
                .setPartitionIndex(partition)
                .setCommittedOffset(world.nextStamp())
                .setCommittedMetadata("")));
        return new OffsetCommitRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceId)
                .setGenerationIdOrMemberEpoch(generation)
                .setTopics(List.of(new OffsetCommitRequestTopic().setName("t").setPartitions(rows)));
    }

    private void lost(Errors error) {
        if (error == Errors.FENCED_INSTANCE_ID) {
            fence();
            return;
        }
        if (error == Errors.UNKNOWN_MEMBER_ID) {
            memberId = "";
        }
        revoke();
        round++;
        int inRound = round;
        later(BACKOFF_MS, () -> {
            if (round == inRound) {
                join();
            }
        });
    }

    /** A younger life of this instance is there: this one ends, and whoever looks after the process starts it anew. */
    private void fence() {
        fenced = true;
        round++;
        revoke();
        int inLife = life;
        world.simulation().scheduler().after(RESTART_MS, "consumer " + node + " restarts", () -> {
            if (life == inLife) {
                crash();
                start();
            }
        });
    }

    private void revoke() {
        owned = Set.of();
    }

    // ---- requests ----

    private void call(Object request, int version, Consumer<Object> onReply, Runnable onTimeout) {
        call(request, version, onReply, onTimeout, REQUEST_TIMEOUT_MS);
    }

    private void call(Object request, int version, Consumer<Object> onReply, Runnable onTimeout, long timeoutMs) {
        long id = world.nextStamp();
        waiting.put(id, onReply);
        world.network().send(node, GroupWorld.COORDINATOR, new GroupWorld.Message(id, request, version));
        later(timeoutMs, () -> {
            if (waiting.remove(id) != null) {
                onTimeout.run();
            }
        });
    }

    private void receive(GroupWorld.Message reply) {
        whenAwake(() -> {
            Consumer<Object> onReply = waiting.remove(reply.id());
            if (onReply != null) {
                onReply.accept(reply.body());
            }
        });
    }

    private void later(long ms, Runnable task) {
        int inLife = life;
        world.simulation().scheduler().after(ms, "consumer " + node, () -> {
            if (life == inLife) {
                whenAwake(task);
            }
        });
    }

    private void whenAwake(Runnable task) {
        if (slow) {
            delayed.add(task);
        } else {
            task.run();
        }
    }
}
