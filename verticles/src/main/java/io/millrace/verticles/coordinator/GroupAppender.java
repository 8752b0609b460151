package io.millrace.verticles.coordinator;

import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.replica.AppendAdmission;
import io.millrace.protocol.Errors;
import io.millrace.verticles.group.GroupEffects;
import io.millrace.verticles.group.GroupRecord;
import io.millrace.verticles.shard.AppendGroup;
import io.millrace.verticles.shard.PartitionAppend;
import io.millrace.verticles.shard.Replica;
import io.millrace.verticles.shard.Shard;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Writes what one machine hands over: everything of one turn of the loop as one batch, on the same way as a producer's with
 * acks=all, and says when it is committed.
 *
 * <p>With the first failure it is over: what may or may not be in the log is only known from the log.
 *
 * <p>Thread: the shard's loop.
 */
final class GroupAppender implements GroupEffects {
    /** What may be on its way to the followers at once; more is refused, which clients hear as "not available now". */
    private static final int MOST_PENDING_BYTES = 8 << 20;

    private final Shard shard;
    private final Replica replica;
    private final int leaderEpoch;
    private final int maxBatchBytes;
    private final long timeoutMs;
    private final LongSupplier nowMs;
    private final LongSupplier ticker;
    private final LongConsumer committed;
    private final Consumer<Errors> failed;
    private BatchBuilder open;
    private int openBytes;
    private long openToken;
    private int pendingBytes;
    private boolean ended;

    /**
     * Writes to a replica while it leads in this epoch.
     *
     * @param timeoutMs how long a batch may wait for the high watermark ({@code offsets.commit.timeout.ms})
     * @param nowMs the time that records carry
     * @param ticker the clock of the shard's deadlines
     * @param committed gets tokens, in order
     * @param failed called at most once, and nothing after it
     */
    GroupAppender(
            Shard shard,
            Replica replica,
            int leaderEpoch,
            int maxBatchBytes,
            long timeoutMs,
            LongSupplier nowMs,
            LongSupplier ticker,
            LongConsumer committed,
            Consumer<Errors> failed) {
        this.shard = shard;
        this.replica = replica;
        this.leaderEpoch = leaderEpoch;
        this.maxBatchBytes = maxBatchBytes;
        this.timeoutMs = timeoutMs;
        this.nowMs = nowMs;
        this.ticker = ticker;
        this.committed = committed;
        this.failed = failed;
    }

    @Override
    public Errors append(long token, List<GroupRecord> records) {
        if (ended || !replica.machine().isLeader() || replica.machine().leaderEpoch() != leaderEpoch) {
            return Errors.NOT_LEADER_OR_FOLLOWER;
        }
        if (replica.log().offlineReason() != null) {
            return Errors.KAFKA_STORAGE_ERROR;
        }
        if (replica.machine().admit(true) == AppendAdmission.NOT_ENOUGH_REPLICAS) {
            return Errors.NOT_ENOUGH_REPLICAS;
        }
        int bytes = 0;
        for (GroupRecord record : records) {
            bytes += record.sizeBoundBytes();
        }
        if (BatchHeader.SIZE_BYTES + bytes > maxBatchBytes) {
            return Errors.RECORD_LIST_TOO_LARGE;
        }
        if (pendingBytes + bytes > MOST_PENDING_BYTES) {
            return Errors.REQUEST_TIMED_OUT;
        }
        if (open != null && BatchHeader.SIZE_BYTES + openBytes + bytes > maxBatchBytes) {
            write();
        }
        add(records);
        openBytes += bytes;
        pendingBytes += bytes;
        openToken = token;
        return Errors.NONE;
    }

    private void add(List<GroupRecord> records) {
        if (open == null) {
            open = new BatchBuilder();
            BatchBuilder opened = open;
            // Behind whatever this turn still brings.
            shard.execute(() -> {
                if (open == opened) {
                    write();
                }
            });
        }
        long time = nowMs.getAsLong();
        for (GroupRecord record : records) {
            ByteBuffer value = record.value() == null ? null : ByteBuffer.wrap(record.value());
            open.append(time, ByteBuffer.wrap(record.key()), value);
        }
    }

    private void write() {
        if (ended) {
            return;
        }
        PartitionAppend append = new PartitionAppend(
                replica.log().id().topicId(),
                replica.log().id().partition(),
                Unpooled.wrappedBuffer(open.buildBuffer()));
        long token = openToken;
        int bytes = openBytes;
        open = null;
        openBytes = 0;
        // The shard itself is the home: answers come in a turn of their own and never within a call of the machine.
        AppendGroup group = new AppendGroup(
                AppendGroup.ACKS_ALL, ticker.getAsLong() + timeoutMs, shard, () -> settled(append, token, bytes));
        group.add(append);
        shard.submit(group);
    }

    private void settled(PartitionAppend append, long token, int bytes) {
        if (ended) {
            return;
        }
        pendingBytes -= bytes;
        if (append.error() == Errors.NONE) {
            committed.accept(token);
        } else {
            ended = true;
            failed.accept(append.error());
        }
    }

    /** Takes nothing more and says nothing more. */
    void end() {
        ended = true;
    }
}
