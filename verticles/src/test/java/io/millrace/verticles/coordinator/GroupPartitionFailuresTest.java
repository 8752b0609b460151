package io.millrace.verticles.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.record.RemoveTopicRecord;
import io.millrace.membership.record.TopicRecord;
import io.millrace.protocol.Errors;
import io.millrace.verticles.group.GroupCoordinatorMachine;
import io.vertx.core.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A coordinator without memory, a clock or room on its disk goes on from what was committed. */
class GroupPartitionFailuresTest extends OffsetsPartition {
    @Test
    void whoseMemoryRunsOutInTheMiddleAnswersAndIsLoadedAgain() throws Exception {
        lead();
        assertThat(error(untilLoaded(() -> committed("shop", 7)))).isEqualTo(Errors.NONE);

        AtomicReference<GroupCoordinatorMachine> halfChanged = new AtomicReference<>();
        Future<Integer> answer = groups.ask("shop", (machine, nowMs, reply) -> {
            halfChanged.set(machine);
            throw new OutOfMemoryError("none for the answer");
        });

        assertThat(refusal(answer)).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
        assertThat(untilLoaded(() -> fetched("shop"))).isEqualTo(7);
        assertThat(get(groups.<Boolean>ask(
                        "shop", (machine, nowMs, reply) -> reply.accept(machine == halfChanged.get()))))
                .isFalse();
    }

    @Test
    void whoCannotEvenAskAnswers() throws Exception {
        commit(new TopicRecord(OFFSETS, OffsetsTopic.NAME), ledBy(OFFSETS, ME, 0, ME, 2));
        untilLoaded(() -> fetched("shop"));
        AtomicReference<Future<Long>> asked = new AtomicReference<>();
        CompletableFuture<Void> done = new CompletableFuture<>();

        shard.execute(() -> {
            clockBroken = true;
            try {
                asked.set(fetched("shop"));
            } finally {
                clockBroken = false;
                done.complete(null);
            }
        });
        done.get(20, TimeUnit.SECONDS);

        assertThat(refusal(asked.get())).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
        assertThat(get(fetched("shop"))).isEqualTo(-1);
    }

    @Test
    void aFailedAppendIsAReloadThatKnowsWhatWasCommittedBefore() throws Exception {
        lead();
        assertThat(error(untilLoaded(() -> committed("shop", 7)))).isEqualTo(Errors.NONE);

        disk.freeBytes(0);
        Errors refused = error(get(committed("shop", 8)));
        disk.enoughSpace();

        assertThat(refused).isIn(Errors.NOT_COORDINATOR, Errors.COORDINATOR_NOT_AVAILABLE);
        assertThat(untilLoaded(() -> fetched("shop"))).isEqualTo(7);
        Errors again;
        do {
            // The directory may need a moment until it has noticed that there is room.
            again = error(untilLoaded(() -> committed("shop", 9)));
        } while (again != Errors.NONE);
        assertThat(untilLoaded(() -> fetched("shop"))).isEqualTo(9);
    }

    @Test
    void offsetsOfADeletedTopicGoWhenTheirTombstonesWereRefusedAtFirst() throws Exception {
        commit(new TopicRecord(ORDERS, "orders"), ledBy(ORDERS, ME, 0));
        lead();
        untilLoaded(() -> committed("shop", 7));

        disk.freeBytes(0);
        commit(new RemoveTopicRecord(ORDERS));
        assertThat(error(get(committed("shop", 8)))).isNotEqualTo(Errors.NONE);
        disk.enoughSpace();

        long left;
        do {
            left = untilLoaded(() -> fetched("shop"));
        } while (left != -1);
        assertThat(left).isEqualTo(-1);
    }
}
