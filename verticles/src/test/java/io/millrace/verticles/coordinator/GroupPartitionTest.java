package io.millrace.verticles.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.ReadOutcome;
import io.millrace.log.batch.BatchHeader;
import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.RemoveTopicRecord;
import io.millrace.membership.record.TopicRecord;
import io.millrace.protocol.Errors;
import io.millrace.verticles.group.GroupRecord;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.junit.jupiter.api.Test;

/** What a partition of {@code __consumer_offsets} keeps, and in which batches. */
class GroupPartitionTest extends OffsetsPartition {
    @Test
    void whoAsksDuringALoadIsToldToComeAgain() throws Exception {
        AtomicReference<Future<Long>> early = new AtomicReference<>();
        CompletableFuture<Void> asked = new CompletableFuture<>();
        MetadataImage before = image.get();
        image.set(before.replay(11, 1, new TopicRecord(OFFSETS, OffsetsTopic.NAME))
                .replay(12, 1, ledBy(OFFSETS, ME, 0)));
        shard.execute(() -> {
            shard.roles().apply(MetadataDelta.between(before, image.get()));
            early.set(fetched("shop"));
            asked.complete(null);
        });
        asked.get(20, TimeUnit.SECONDS);

        assertThat(CoordinatorException.errorOf(early.get().cause())).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(untilLoaded(() -> fetched("shop"))).isEqualTo(-1);
    }

    @Test
    void whatWasCommittedIsThereInTheNextEpoch() throws Exception {
        lead();
        for (int next = 1; next <= 1000; next++) {
            int now = next;
            assertThat(error(untilLoaded(() -> committed("shop", now)))).isEqualTo(Errors.NONE);
        }

        commit(ledBy(OFFSETS, ME, 5));

        assertThat(untilLoaded(() -> fetched("shop"))).isEqualTo(1000);
    }

    @Test
    void operationsOfOneTurnAreOneBatch() throws Exception {
        lead();
        untilLoaded(() -> fetched("shop"));
        List<Future<OffsetCommitResponseData>> commits = new ArrayList<>();
        CompletableFuture<Void> asked = new CompletableFuture<>();
        shard.execute(() -> {
            for (int next = 1; next <= 50; next++) {
                commits.add(committed("shop-" + next, next));
            }
            asked.complete(null);
        });
        asked.get(20, TimeUnit.SECONDS);
        for (Future<OffsetCommitResponseData> each : commits) {
            assertThat(error(get(each))).isEqualTo(Errors.NONE);
        }

        CompletableFuture<Integer> batches = new CompletableFuture<>();
        shard.execute(() -> {
            ReadOutcome.FromMemory read =
                    (ReadOutcome.FromMemory) shard.replica(OFFSETS, 0).log().read(0, Long.MAX_VALUE, 1 << 20, true);
            int count = 0;
            for (var payload : read.batches()) {
                ByteBuffer bytes = payload.bytes();
                for (int at = bytes.position(); at < bytes.limit(); at += BatchHeader.sizeBytes(bytes, at)) {
                    count++;
                }
                payload.release();
            }
            batches.complete(count);
        });
        assertThat(batches.get(20, TimeUnit.SECONDS)).isEqualTo(1);
    }

    @Test
    void noBatchIsLargerThanTheTopicTakesItsHeaderIncluded() throws Exception {
        int limit = 1_000;
        GroupRecord half = new GroupRecord(new byte[10], new byte[limit / 2 - 10 - 33]);
        assertThat(half.sizeBoundBytes()).isEqualTo(limit / 2);
        lead();
        untilLoaded(() -> fetched("shop"));
        CompletableFuture<Long> committed = new CompletableFuture<>();
        shard.execute(() -> {
            GroupAppender appender = new GroupAppender(
                    shard,
                    shard.replica(OFFSETS, 0),
                    0,
                    limit,
                    60_000,
                    System::currentTimeMillis,
                    () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
                    token -> {
                        if (token == 2) {
                            committed.complete(token);
                        }
                    },
                    error -> committed.completeExceptionally(new AssertionError(error)));
            appender.append(1, List.of(half));
            appender.append(2, List.of(half));
        });
        committed.get(20, TimeUnit.SECONDS);

        CompletableFuture<Integer> largest = new CompletableFuture<>();
        shard.execute(() -> {
            ReadOutcome.FromMemory read =
                    (ReadOutcome.FromMemory) shard.replica(OFFSETS, 0).log().read(0, Long.MAX_VALUE, 1 << 20, true);
            int most = 0;
            for (var payload : read.batches()) {
                ByteBuffer bytes = payload.bytes();
                for (int at = bytes.position(); at < bytes.limit(); at += BatchHeader.sizeBytes(bytes, at)) {
                    most = Math.max(most, BatchHeader.sizeBytes(bytes, at));
                }
                payload.release();
            }
            largest.complete(most);
        });
        assertThat(largest.get(20, TimeUnit.SECONDS)).isLessThanOrEqualTo(limit);
    }

    @Test
    void aDeletedTopicTakesItsOffsetsAlong() throws Exception {
        commit(new TopicRecord(ORDERS, "orders"), ledBy(ORDERS, ME, 0));
        lead();
        untilLoaded(() -> committed("shop", 7));

        commit(new RemoveTopicRecord(ORDERS));

        long left;
        do {
            left = untilLoaded(() -> fetched("shop"));
        } while (left != -1);
        assertThat(left).isEqualTo(-1);
    }
}
