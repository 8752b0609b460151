package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.BatchValidator;
import io.millrace.log.producer.ProducerStateTable;
import io.millrace.log.replica.CommittedPartition;
import io.millrace.log.replica.IsrProposal;
import io.millrace.log.replica.ReplicaEffects;
import io.millrace.log.replica.ReplicaMachine;
import io.millrace.log.replica.ReplicaOptions;
import io.millrace.log.replica.ReplicaRole;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What a batch and an idle replica cost the heap.
 *
 * <p>Thread: one.
 */
class HotPathAllocationTest {
    private static final TopicPartitionId ID = new TopicPartitionId(new UUID(1, 2), "t", 0);
    private static final int BATCHES = 100_000;
    private static final int REPLICAS = 10_000;

    private static final ReplicaEffects SILENT = new ReplicaEffects() {
        @Override
        public void roleChanged(ReplicaRole before, ReplicaRole now) {}

        @Override
        public void highWatermarkAdvanced(long highWatermark) {}

        @Override
        public void proposeIsr(IsrProposal proposal) {}

        @Override
        public void truncatedBelowHighWatermark(long highWatermark, long endExclusive) {}
    };

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void anAcceptedBatchOfAnIdempotentProducerAllocatesNothing() {
        ByteBuffer heap = new BatchBuilder()
                .producer(7, (short) 0, 0)
                .append(1_000, null, new byte[1000])
                .buildBuffer();
        ByteBuffer batch = ByteBuffer.allocateDirect(heap.limit()).put(heap).flip();
        ProducerStateTable table = new ProducerStateTable(ID);
        ReplicaMachine machine = leader();
        run(batch, table, machine, 0, 1_000);

        long before = threads.getCurrentThreadAllocatedBytes();
        run(batch, table, machine, 1_000, BATCHES);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(allocated / BATCHES).as("bytes per batch").isZero();
    }

    private static void run(ByteBuffer batch, ProducerStateTable table, ReplicaMachine machine, int from, int count) {
        for (int i = from; i < from + count; i++) {
            BatchHeader.setBaseOffset(batch, 0, 0);
            batch.putInt(53, i);
            batch.putInt(17, BatchHeader.computeCrc(batch, 0));
            Object refused = BatchValidator.check(ID, batch, LogConfig.DEFAULTS, AppendOrigin.CLIENT, 2_000);
            Object known = table.check(batch, 0, AppendOrigin.CLIENT, i, 0);
            if (refused != null || known != null) {
                throw new AssertionError(refused + " " + known);
            }
            BatchHeader.place(batch, 0, i, 0);
            table.appended(batch, 0, 2_000);
            if (i % 8 == 0) {
                table.settled(i, Long.MAX_VALUE);
                machine.localProgress(i, 0, i);
                machine.followerFetched(2, 1, i, i);
                machine.followerFetched(3, 1, i, i);
            }
        }
    }

    @Test
    void anIdleReplicaCostsAFewHundredBytes() {
        Object[] kept = new Object[2 * REPLICAS];
        kept[0] = leader();
        kept[1] = new ProducerStateTable(ID);

        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < REPLICAS; i++) {
            kept[2 * i] = leader();
            kept[2 * i + 1] = new ProducerStateTable(ID);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(allocated / REPLICAS).as("bytes per replica of three").isLessThan(700);
    }

    private static ReplicaMachine leader() {
        ReplicaMachine machine = new ReplicaMachine(
                new ReplicaOptions(1, 30_000, 250), (broker, epoch) -> true, SILENT, 0, 0, 0, 1, false);
        int[] replicas = {1, 2, 3};
        machine.becomeLeader(new CommittedPartition(1, 0, 0, replicas, replicas, new int[0]), 0, 0);
        return machine;
    }
}
