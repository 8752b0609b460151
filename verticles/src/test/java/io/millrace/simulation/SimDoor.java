package io.millrace.simulation;

import io.millrace.log.Payload;
import io.millrace.protocol.Errors;
import io.millrace.verticles.coordinator.CoordinatorException;
import io.millrace.verticles.coordinator.GroupCoordinators;
import io.millrace.verticles.coordinator.GroupQuestion;
import io.millrace.verticles.group.ClientContext;
import io.millrace.verticles.shard.AppendGroup;
import io.millrace.verticles.shard.FetchGroup;
import io.millrace.verticles.shard.PartitionAppend;
import io.millrace.verticles.shard.PartitionFetch;
import io.millrace.verticles.shard.Replica;
import io.millrace.verticles.shard.Shard;
import io.millrace.verticles.shard.Shards;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.SyncGroupRequestData;

/**
 * What clients ask one process of a node, done as the handlers do it.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimDoor {
    private static final long PRODUCE_TIMEOUT_MS = 3_000;
    private static final int READ_BYTES = 4_096;

    private final SimBroker broker;
    private final ClusterWorld world;
    private final SimEventLoop loop;
    private final Shards shards;
    private final GroupCoordinators groups;
    /** The last request of each client that was taken: a connection neither repeats nor reorders. */
    private final Map<Integer, Long> lastAsked = new HashMap<>();

    SimDoor(SimBroker broker, SimEventLoop loop, Shards shards, GroupCoordinators groups) {
        this.broker = broker;
        this.world = broker.world();
        this.loop = loop;
        this.shards = shards;
        this.groups = groups;
    }

    /** Takes what a client says; false when it is not a client's. */
    boolean take(int client, SimMessage message) {
        if (message instanceof SimMessage.Produce produce) {
            produce(client, produce);
        } else if (message instanceof SimMessage.Read read) {
            read(client, read);
        } else if (message instanceof SimMessage.DeleteRecords delete) {
            deleteRecords(client, delete);
        } else if (message instanceof SimMessage.Ask ask) {
            if (lastAsked.getOrDefault(client, 0L) < ask.request()) {
                lastAsked.put(client, ask.request());
                ask(client, ask);
            }
        } else {
            return false;
        }
        return true;
    }

    private void say(int client, SimMessage message) {
        world.network().send(broker.id(), client, message);
    }

    private void produce(int client, SimMessage.Produce produce) {
        Shard shard = shards.of(produce.topicId(), produce.partition());
        PartitionAppend append =
                new PartitionAppend(produce.topicId(), produce.partition(), Unpooled.wrappedBuffer(produce.batch()));
        AppendGroup group = new AppendGroup(
                AppendGroup.ACKS_ALL,
                world.simulation().nowMs() + PRODUCE_TIMEOUT_MS,
                loop,
                () -> say(client, new SimMessage.Produced(produce.request(), append.error(), append.baseOffset())));
        group.add(append);
        shard.submit(group);
    }

    private void read(int client, SimMessage.Read read) {
        Shard shard = shards.of(read.topicId(), read.partition());
        PartitionFetch fetch =
                new PartitionFetch(read.topicId(), read.partition(), read.offset(), READ_BYTES, read.leaderEpoch(), -1);
        FetchGroup group = new FetchGroup(false, loop, () -> answerRead(client, read, fetch));
        group.add(fetch);
        group.begin(READ_BYTES);
        shard.submit(group);
    }

    private void answerRead(int client, SimMessage.Read read, PartitionFetch fetch) {
        ByteArrayOutputStream batches = new ByteArrayOutputStream();
        for (Payload payload : fetch.takePayloads()) {
            byte[] bytes = new byte[payload.sizeBytes()];
            payload.bytes().duplicate().get(bytes);
            batches.writeBytes(bytes);
            payload.release();
        }
        var slice = fetch.takeSlice();
        if (slice != null) {
            try {
                batches.writeBytes(SimBroker.bytesOf(slice));
            } catch (UncheckedIOException directoryFailed) {
                // The socket would be closed in the middle of the answer: the reader hears nothing and asks again.
                return;
            } finally {
                slice.release();
            }
        }
        say(
                client,
                new SimMessage.ReadAnswer(
                        read.request(),
                        fetch.error(),
                        fetch.highWatermark(),
                        fetch.logStartOffset(),
                        batches.toByteArray()));
    }

    /** As {@code DeleteRecordsHandler}. */
    private void deleteRecords(int client, SimMessage.DeleteRecords delete) {
        Shard shard = shards.of(delete.topicId(), delete.partition());
        shard.run(() -> {
            Replica replica = shard.replica(delete.topicId(), delete.partition());
            if (replica != null
                    && replica.checkLeader(-1) == Errors.NONE
                    && delete.offset() <= replica.machine().highWatermark()) {
                replica.log().advanceLogStart(delete.offset());
            }
        });
    }

    private void ask(int client, SimMessage.Ask ask) {
        ClientContext context = new ClientContext("client-" + client, "/127.0.0.1", ask.version());
        Object body = ask.body();
        if (body instanceof JoinGroupRequestData join) {
            ask(
                    client,
                    ask,
                    join.groupId(),
                    (machine, nowMs, say) -> machine.joinGroup(join, context, nowMs, say::accept));
        } else if (body instanceof SyncGroupRequestData sync) {
            ask(
                    client,
                    ask,
                    sync.groupId(),
                    (machine, nowMs, say) -> machine.syncGroup(sync, context, nowMs, say::accept));
        } else if (body instanceof HeartbeatRequestData beat) {
            ask(
                    client,
                    ask,
                    beat.groupId(),
                    (machine, nowMs, say) -> machine.heartbeat(beat, context, nowMs, say::accept));
        } else if (body instanceof LeaveGroupRequestData leave) {
            ask(
                    client,
                    ask,
                    leave.groupId(),
                    (machine, nowMs, say) -> machine.leaveGroup(leave, context, nowMs, say::accept));
        } else if (body instanceof OffsetCommitRequestData commit) {
            ask(client, ask, commit.groupId(), (machine, nowMs, say) -> {
                world.bugs().bendCommit(commit, world.groupLedger());
                machine.commitOffsets(commit, context, nowMs, say::accept);
            });
        } else if (body instanceof OffsetFetchRequestGroup fetch) {
            ask(
                    client,
                    ask,
                    fetch.groupId(),
                    (machine, nowMs, say) -> machine.fetchOffsets(fetch, true, nowMs, say::accept));
        }
    }

    private void ask(int client, SimMessage.Ask ask, String groupId, GroupQuestion<Object> question) {
        groups.ask(groupId, question)
                .onComplete(done -> say(
                        client,
                        new SimMessage.Answer(
                                ask.request(),
                                done.succeeded() ? Errors.NONE : CoordinatorException.errorOf(done.cause()),
                                done.result())));
    }
}
