package io.millrace.verticles.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.record.TopicRecord;
import io.millrace.protocol.Errors;
import io.millrace.verticles.group.ClientContext;
import io.millrace.verticles.group.GroupSettings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.junit.jupiter.api.Test;

/** Who asks a node that coordinates no more, or may not be sure that it does. */
class GroupPartitionLeadersTest extends OffsetsPartition {
    private static final int MEMBER_SESSION_MS = 10_000;

    @Test
    void whoLosesTheLeadershipSendsEverybodyAway() throws Exception {
        lead();
        untilLoaded(() -> fetched("shop"));
        JoinGroupRequestData join = new JoinGroupRequestData()
                .setGroupId("shop")
                .setProtocolType("consumer")
                .setSessionTimeoutMs(10_000)
                .setRebalanceTimeoutMs(60_000);
        join.protocols().add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[0]));
        Future<JoinGroupResponseData> waiting = groups.ask(
                "shop",
                (machine, nowMs, answer) ->
                        machine.joinGroup(join, new ClientContext("client", "/127.0.0.1", 3), nowMs, answer));

        commit(ledBy(OFFSETS, 2, 1));

        assertThat(get(waiting).errorCode()).isEqualTo(Errors.NOT_COORDINATOR.code());
        Future<Long> late = fetched("shop");
        assertThat(late.toCompletionStage().toCompletableFuture())
                .failsWithin(20, TimeUnit.SECONDS)
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .satisfies(e ->
                        assertThat(CoordinatorException.errorOf(e.getCause())).isEqualTo(Errors.NOT_COORDINATOR));
    }

    /** Rule V33: what was committed elsewhere since is not known here. */
    @Test
    void whoMayHaveBeenReplacedAnswersNothingUntilItIsSureAgain() throws Exception {
        commit(new TopicRecord(OFFSETS, OffsetsTopic.NAME), ledBy(OFFSETS, ME, 0, ME, 2));
        assertThat(error(untilLoaded(() -> committed("shop", 7)))).isEqualTo(Errors.NONE);

        shard.execute(() -> shard.leadsUntil(0));

        assertThat(refusal(fetched("shop"))).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(refusal(committed("shop", 8))).isEqualTo(Errors.NOT_COORDINATOR);
        List<Future<Integer>> all = get(groups.askAll((machine, nowMs, answer) -> answer.accept(1)));
        assertThat(refusal(all.get(0))).as("no gap in a list").isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);

        shard.execute(() -> shard.leadsUntil(Long.MAX_VALUE));
        assertThat(get(fetched("shop"))).isEqualTo(7);
    }

    @Test
    void membersThatCouldNotBeHeardAreNotExpired() throws Exception {
        ShardGroups watched = new ShardGroups(
                shard,
                new CoordinatorTiming(System::currentTimeMillis, this::tickerMs, 5_000, UUID::randomUUID),
                replica -> GroupSettings.DEFAULTS);
        shard.execute(() -> shard.watchLeaders(watched));
        commit(new TopicRecord(OFFSETS, OffsetsTopic.NAME), ledBy(OFFSETS, ME, 0, ME, 2));
        JoinGroupResponseData member = stableMember(watched);
        assertThat(heartbeat(watched, member)).isEqualTo(Errors.NONE);

        shard.execute(() -> shard.leadsUntil(0));
        passAndTick(watched, 3 * MEMBER_SESSION_MS);
        assertThat(heartbeat(watched, member)).isEqualTo(Errors.NOT_COORDINATOR);
        passAndTick(watched, 3 * MEMBER_SESSION_MS);

        shard.execute(() -> shard.leadsUntil(Long.MAX_VALUE));
        passAndTick(watched, MEMBER_SESSION_MS / 2);
        assertThat(heartbeat(watched, member)).as("its session began anew").isEqualTo(Errors.NONE);
        passAndTick(watched, 2 * MEMBER_SESSION_MS);
        assertThat(heartbeat(watched, member)).as("which ends").isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    private void passAndTick(ShardGroups watched, long ms) {
        shard.execute(() -> {
            skewMs.addAndGet(ms);
            watched.tick();
        });
    }

    private <R> Future<R> ask(ShardGroups watched, GroupQuestion<R> question) {
        Promise<R> answer = Promise.promise();
        shard.execute(() -> watched.ask(0, question, Errors.NOT_COORDINATOR, answer));
        return answer.future();
    }

    /** The only one of its group, with its assignment. */
    private JoinGroupResponseData stableMember(ShardGroups watched) throws Exception {
        untilLoaded(() -> ask(watched, (machine, nowMs, answer) -> answer.accept(1)));
        JoinGroupRequestData join = new JoinGroupRequestData()
                .setGroupId("shop")
                .setProtocolType("consumer")
                .setSessionTimeoutMs(MEMBER_SESSION_MS)
                .setRebalanceTimeoutMs(60_000);
        join.protocols().add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[0]));
        Future<JoinGroupResponseData> joining = ask(
                watched,
                (machine, nowMs, answer) ->
                        machine.joinGroup(join, new ClientContext("client", "/127.0.0.1", 3), nowMs, answer));
        passAndTick(watched, GroupSettings.DEFAULTS.initialRebalanceDelayMs());
        JoinGroupResponseData joined = get(joining);
        SyncGroupRequestData sync = new SyncGroupRequestData()
                .setGroupId("shop")
                .setMemberId(joined.memberId())
                .setGenerationId(joined.generationId());
        ClientContext context = new ClientContext("client", "/127.0.0.1", 3);
        SyncGroupResponseData synced =
                get(ask(watched, (machine, nowMs, answer) -> machine.syncGroup(sync, context, nowMs, answer)));
        assertThat(synced.errorCode()).isZero();
        return joined;
    }

    private Errors heartbeat(ShardGroups watched, JoinGroupResponseData member) throws Exception {
        HeartbeatRequestData request = new HeartbeatRequestData()
                .setGroupId("shop")
                .setMemberId(member.memberId())
                .setGenerationId(member.generationId());
        return get(this.<HeartbeatResponseData>ask(
                        watched, (machine, nowMs, answer) -> machine.heartbeat(request, CLIENT, nowMs, answer))
                .map(answer -> Errors.forCode(answer.errorCode()))
                .recover(failure -> Future.succeededFuture(CoordinatorException.errorOf(failure))));
    }

    @Test
    void nobodyReplacesTheOnlyReplica() throws Exception {
        lead();
        untilLoaded(() -> committed("shop", 7));

        shard.execute(() -> shard.leadsUntil(0));

        assertThat(get(fetched("shop"))).isEqualTo(7);
    }

    @Test
    void withoutTheTopicNobodyCoordinates() {
        assertThat(CoordinatorException.errorOf(fetched("shop").cause())).isEqualTo(Errors.NOT_COORDINATOR);
    }
}
