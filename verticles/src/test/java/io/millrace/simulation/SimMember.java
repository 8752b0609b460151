package io.millrace.simulation;

import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.protocol.Errors;
import io.millrace.verticles.coordinator.OffsetsTopic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;

/**
 * A member of a group: finds its coordinator in the metadata, joins, assigns when it leads, beats, commits, leaves, dies and
 * comes back; what it had on its way when it died may arrive long after.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimMember {
    static final int PARTITIONS = 4;

    private static final int SESSION_MS = 3_000;
    private static final int REBALANCE_MS = 3_000;
    private static final int BEAT_MS = 500;
    private static final int REQUEST_TIMEOUT_MS = 2_000;
    private static final int BACKOFF_MS = 100;
    private static final int MAX_COMMIT_PAUSE_MS = 800;
    private static final int ZOMBIE_MS = 5_000;
    private static final short JOIN_VERSION = 9;
    private static final short SYNC_VERSION = 5;
    private static final short BEAT_VERSION = 4;
    private static final short LEAVE_VERSION = 5;
    private static final short COMMIT_VERSION = 9;
    private static final short FETCH_VERSION = 9;

    private final ClusterWorld world;
    private final int clientId;
    private final String group;
    private final Random random;
    private final Map<Long, Consumer<SimMessage.Answer>> waiting = new HashMap<>();
    private int coordinator = -1;
    private String memberId = "";
    private int generation = -1;
    private Set<Integer> owned = Set.of();
    private boolean up;
    private int life;
    private int round;

    SimMember(ClusterWorld world, int clientId, String group) {
        this.world = world;
        this.clientId = clientId;
        this.group = group;
        this.random = world.simulation().random("member " + clientId);
    }

    String group() {
        return group;
    }

    boolean isUp() {
        return up;
    }

    int generation() {
        return generation;
    }

    Set<Integer> owned() {
        return owned;
    }

    void start() {
        up = true;
        world.network().join(clientId, this::receive);
        if (generation >= 0) {
            OffsetCommitRequestData ofTheDead = commitOf(Set.of(random.nextInt(PARTITIONS)));
            later(random.nextInt(ZOMBIE_MS), () -> commit(ofTheDead));
        }
        memberId = "";
        join();
    }

    void crash() {
        up = false;
        life++;
        stepOn();
        waiting.clear();
        world.network().leave(clientId);
    }

    /** Says goodbye and is gone. */
    void leave() {
        LeaveGroupRequestData request = new LeaveGroupRequestData()
                .setGroupId(group)
                .setMembers(List.of(new LeaveGroupRequestData.MemberIdentity().setMemberId(memberId)));
        call(request, LEAVE_VERSION, REQUEST_TIMEOUT_MS, answer -> {}, () -> {});
        crash();
    }

    // ---- the protocol ----

    /** What earlier steps still wait for is of no interest any more. */
    private int stepOn() {
        owned = Set.of();
        return ++round;
    }

    private void joinLater() {
        int now = stepOn();
        later(BACKOFF_MS, () -> {
            if (round == now) {
                join();
            }
        });
    }

    private void join() {
        JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setSessionTimeoutMs(SESSION_MS)
                .setRebalanceTimeoutMs(REBALANCE_MS)
                .setProtocolType("consumer");
        ByteBuffer subscription = ConsumerProtocol.serializeSubscription(new Subscription(List.of("t")));
        byte[] metadata = new byte[subscription.remaining()];
        subscription.get(metadata);
        request.protocols()
                .add(new JoinGroupRequestData.JoinGroupRequestProtocol()
                        .setName("range")
                        .setMetadata(metadata));
        int now = stepOn();
        step(now, request, JOIN_VERSION, REBALANCE_MS + REQUEST_TIMEOUT_MS, body -> {
            JoinGroupResponseData joined = (JoinGroupResponseData) body;
            switch (Errors.forCode(joined.errorCode())) {
                case NONE -> {
                    memberId = joined.memberId();
                    generation = joined.generationId();
                    sync(joined);
                }
                case MEMBER_ID_REQUIRED -> {
                    memberId = joined.memberId();
                    join();
                }
                default -> lost(Errors.forCode(joined.errorCode()));
            }
        });
    }

    private void sync(JoinGroupResponseData joined) {
        SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGenerationId(generation)
                .setProtocolType("consumer")
                .setProtocolName("range");
        if (joined.leader().equals(memberId)) {
            request.setAssignments(assign(joined));
        }
        int now = stepOn();
        step(now, request, SYNC_VERSION, REQUEST_TIMEOUT_MS, body -> {
            SyncGroupResponseData synced = (SyncGroupResponseData) body;
            Errors error = Errors.forCode(synced.errorCode());
            if (error != Errors.NONE) {
                lost(error);
                return;
            }
            String[] words = new String(synced.assignment(), StandardCharsets.UTF_8).split(" ");
            world.groupLedger().synced(group, generation, memberId, words[0]);
            Set<Integer> mine = new TreeSet<>();
            for (int i = 1; i < words.length; i++) {
                mine.add(Integer.parseInt(words[i]));
            }
            owned = mine;
            beat(now);
            read(now, mine, () -> {});
            commit(now);
        });
    }

    /** Every partition to one member; the assignment says who made it and when. */
    private List<SyncGroupRequestData.SyncGroupRequestAssignment> assign(JoinGroupResponseData joined) {
        String stamp = memberId + "@" + world.nextStamp();
        List<String> ids =
                joined.members().stream().map(each -> each.memberId()).sorted().toList();
        List<SyncGroupRequestData.SyncGroupRequestAssignment> all = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            StringBuilder text = new StringBuilder(stamp);
            for (int partition = i; partition < PARTITIONS; partition += ids.size()) {
                text.append(' ').append(partition);
            }
            all.add(new SyncGroupRequestData.SyncGroupRequestAssignment()
                    .setMemberId(ids.get(i))
                    .setAssignment(text.toString().getBytes(StandardCharsets.UTF_8)));
        }
        return all;
    }

    private void beat(int inRound) {
        later(BEAT_MS, () -> {
            if (round != inRound) {
                return;
            }
            HeartbeatRequestData request = new HeartbeatRequestData()
                    .setGroupId(group)
                    .setMemberId(memberId)
                    .setGenerationId(generation);
            Consumer<SimMessage.Answer> heard = answer -> {
                if (round != inRound) {
                    return;
                }
                Errors error = answer.error() != Errors.NONE
                        ? answer.error()
                        : Errors.forCode(((HeartbeatResponseData) answer.body()).errorCode());
                if (error == Errors.NONE || isAboutTheCoordinator(error)) {
                    beat(inRound);
                } else {
                    lost(error);
                }
            };
            call(request, BEAT_VERSION, REQUEST_TIMEOUT_MS, heard, () -> beat(inRound));
        });
    }

    private void commit(int inRound) {
        later(50 + random.nextInt(MAX_COMMIT_PAUSE_MS), () -> {
            if (round != inRound) {
                return;
            }
            if (!owned.isEmpty()) {
                commit(commitOf(owned));
            }
            commit(inRound);
        });
    }

    private OffsetCommitRequestData commitOf(Set<Integer> partitions) {
        List<OffsetCommitRequestPartition> rows = new ArrayList<>();
        for (int partition : partitions) {
            rows.add(new OffsetCommitRequestPartition()
                    .setPartitionIndex(partition)
                    .setCommittedOffset(world.nextStamp())
                    .setCommittedMetadata(""));
        }
        return new OffsetCommitRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setGenerationIdOrMemberEpoch(generation)
                .setTopics(List.of(new OffsetCommitRequestTopic().setName("t").setPartitions(rows)));
    }

    private void commit(OffsetCommitRequestData request) {
        List<OffsetCommitRequestPartition> rows = request.topics().get(0).partitions();
        int ofGeneration = request.generationIdOrMemberEpoch();
        rows.forEach(row -> world.groupLedger().sent(group, row.partitionIndex(), row.committedOffset(), ofGeneration));
        Consumer<SimMessage.Answer> heard = answer -> {
            if (answer.error() != Errors.NONE) {
                return;
            }
            Errors error = Errors.forCode(((OffsetCommitResponseData) answer.body())
                    .topics()
                    .get(0)
                    .partitions()
                    .get(0)
                    .errorCode());
            rows.forEach(row -> world.groupLedger().answered(row.committedOffset(), error));
        };
        call(request, COMMIT_VERSION, REQUEST_TIMEOUT_MS, heard, () -> {});
    }

    /** Reads what is committed for these partitions and compares it with what was acknowledged. */
    void read(int inRound, Set<Integer> partitions, Runnable done) {
        long began = world.groupLedger().now();
        int ofGeneration = generation;
        OffsetFetchRequestGroup request =
                new OffsetFetchRequestGroup().setGroupId(group).setTopics(null);
        Consumer<SimMessage.Answer> heard = answer -> {
            OffsetFetchResponseGroup said = (OffsetFetchResponseGroup) answer.body();
            if (said == null || said.errorCode() != 0 || round != inRound) {
                return;
            }
            Map<Integer, Long> values = new HashMap<>();
            said.topics().forEach(topic -> topic.partitions()
                    .forEach(row -> values.put(row.partitionIndex(), row.committedOffset())));
            for (int partition : partitions) {
                world.groupLedger().read(group, partition, values.getOrDefault(partition, -1L), began, ofGeneration);
            }
            done.run();
        };
        call(request, FETCH_VERSION, REQUEST_TIMEOUT_MS, heard, () -> {});
    }

    /** Reads everything that the group has committed. */
    void readAll(Runnable done) {
        Set<Integer> all = new TreeSet<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            all.add(partition);
        }
        read(round, all, done);
    }

    private void lost(Errors error) {
        if (error == Errors.UNKNOWN_MEMBER_ID) {
            memberId = "";
        }
        joinLater();
    }

    // ---- requests ----

    /** A request without whose answer nothing goes on: with none, or a useless one, it all begins again. */
    private void step(int inRound, Object request, int version, long timeoutMs, Consumer<Object> next) {
        Runnable again = () -> {
            if (round == inRound) {
                joinLater();
            }
        };
        Consumer<SimMessage.Answer> heard = answer -> {
            if (round != inRound) {
                return;
            }
            if (answer.error() == Errors.NONE) {
                next.accept(answer.body());
            } else {
                joinLater();
            }
        };
        call(request, version, timeoutMs, heard, again);
    }

    private static boolean isAboutTheCoordinator(Errors error) {
        return error == Errors.NOT_COORDINATOR
                || error == Errors.COORDINATOR_NOT_AVAILABLE
                || error == Errors.COORDINATOR_LOAD_IN_PROGRESS;
    }

    private void call(
            Object request, int version, long timeoutMs, Consumer<SimMessage.Answer> onAnswer, Runnable onTimeout) {
        if (coordinator < 0) {
            coordinator = findCoordinator();
        }
        long id = world.nextStamp();
        waiting.put(id, onAnswer);
        if (coordinator > 0) {
            world.network().send(clientId, coordinator, new SimMessage.Ask(id, request, version));
        }
        later(coordinator > 0 ? timeoutMs : BACKOFF_MS, () -> {
            if (waiting.remove(id) != null) {
                coordinator = -1;
                onTimeout.run();
            }
        });
    }

    /** As FindCoordinator would answer, by whatever node is asked; -1 when nobody knows. */
    private int findCoordinator() {
        SimBroker asked = world.anyServing(random);
        TopicImage topic = asked == null ? null : asked.life().image().topic(OffsetsTopic.NAME);
        if (topic == null) {
            return -1;
        }
        PartitionImage partition = topic.partition(OffsetsTopic.partitionOf(group, topic.partitionCount()));
        return partition.hasLeader() ? partition.leader() : -1;
    }

    private void receive(int from, SimMessage message) {
        if (message instanceof SimMessage.Answer answer) {
            Consumer<SimMessage.Answer> onAnswer = waiting.remove(answer.request());
            if (isAboutTheCoordinator(answer.error())) {
                coordinator = -1;
            }
            if (onAnswer != null) {
                onAnswer.accept(answer);
            }
        }
    }

    private void later(long ms, Runnable task) {
        int inLife = life;
        world.simulation().scheduler().after(ms, "member " + clientId, () -> {
            if (life == inLife) {
                task.run();
            }
        });
    }
}
