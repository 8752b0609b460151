package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The offsets' topic is compacted while groups commit, the node is killed in the middle of it, and no commit is lost.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@Timeout(90)
class CompactedOffsetsTest {
    private static final String OFFSETS = "__consumer_offsets";
    private static final int COMMITS = 1_500;
    private static final int GROUPS = 7;
    private static final int KILLS = 4;

    @Test
    void commitsSurviveCompactionAndKills() throws Exception {
        Map<String, String> settings = Map.of(
                "offsets.topic.num.partitions", "1",
                "offsets.topic.replication.factor", "1",
                "log.cleaner.backoff.ms", "20",
                "log.cleaner.min.cleanable.ratio", "0.01");
        try (Broker broker = Brokers.startOurs(settings);
                Side side = Brokers.side(broker)) {
            Topic topic = side.topicNamed("read", 1, Map.of());
            int committed = 0;
            for (int round = 0; round <= KILLS; round++) {
                try (WireClient client = side.connect()) {
                    for (int g = 0; g < GROUPS; g++) GroupMember.awaitCoordinator(client, "group-" + g);
                    if (round == 0) {
                        rollEvery(side, 20);
                    }
                    for (int g = 0; g < GROUPS; g++) {
                        assertThat(fetched(client, topic, g)).isEqualTo(last(committed, g));
                    }
                    for (int end = committed + COMMITS / (KILLS + 1); committed < end; committed++) {
                        commit(client, topic, committed);
                    }
                    if (round == KILLS) {
                        awaitFew(client, side);
                    }
                }
                broker.kill();
                broker.startAgain();
            }
            try (WireClient client = side.connect()) {
                for (int g = 0; g < GROUPS; g++) {
                    GroupMember.awaitCoordinator(client, "group-" + g);
                    assertThat(fetched(client, topic, g)).isEqualTo(last(committed, g));
                }
            }
        }
    }

    /** Commit number n is that of group n modulo their count, and its offset is n. */
    private static long last(int committed, int group) {
        for (int n = committed - 1; n >= 0; n--) {
            if (n % GROUPS == group) {
                return n;
            }
        }
        return -1;
    }

    private static void rollEvery(Side side, int ms) throws Exception {
        Collection<AlterConfigOp> change =
                List.of(new AlterConfigOp(new ConfigEntry("segment.ms", String.valueOf(ms)), AlterConfigOp.OpType.SET));
        side.admin()
                .incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, OFFSETS), change))
                .all()
                .get(20, TimeUnit.SECONDS);
    }

    private static void commit(WireClient client, Topic topic, int number) throws Exception {
        OffsetCommitResponseData answer = client.ask(
                new OffsetCommitRequestData()
                        .setGroupId("group-" + number % GROUPS)
                        .setTopics(List.of(new OffsetCommitRequestTopic()
                                .setName(topic.name())
                                .setPartitions(List.of(new OffsetCommitRequestPartition()
                                        .setPartitionIndex(0)
                                        .setCommittedOffset(number))))),
                8);
        assertThat(answer.topics().get(0).partitions().get(0).errorCode()).isZero();
    }

    private static long fetched(WireClient client, Topic topic, int group) throws Exception {
        OffsetFetchResponseData answer = client.ask(
                new OffsetFetchRequestData()
                        .setGroupId("group-" + group)
                        .setTopics(List.of(new OffsetFetchRequestTopic()
                                .setName(topic.name())
                                .setPartitionIndexes(List.of(0)))),
                5);
        return answer.topics().get(0).partitions().get(0).committedOffset();
    }

    /** What is left of the commits is a small part of them. */
    private static void awaitFew(WireClient client, Side side) throws Exception {
        var id = side.admin()
                .describeTopics(List.of(OFFSETS))
                .allTopicNames()
                .get(20, TimeUnit.SECONDS)
                .get(OFFSETS)
                .topicId();
        Topic offsets = new Topic(OFFSETS, id);
        int records = 0;
        for (Deadline deadline = Deadline.inSeconds(30); deadline.goOn(); ) {
            records = records(client, offsets);
            if (records < COMMITS / 5) {
                return;
            }
            LockSupport.parkNanos(50_000_000);
        }
        throw new AssertionError(records + " records of " + COMMITS + " are left");
    }

    private static int records(WireClient client, Topic topic) throws Exception {
        int count = 0;
        for (long next = 0; ; ) {
            FetchResponseData answer = client.ask(Requests.fetch(topic, 0, next), 12);
            var partition = answer.responses().get(0).partitions().get(0);
            long before = next;
            for (MutableRecordBatch batch : ((MemoryRecords) partition.records()).batches()) {
                for (Record record : batch) count += record.offset() >= before ? 1 : 0;
                next = batch.nextOffset();
            }
            if (next == before || next >= partition.highWatermark()) {
                return count;
            }
        }
    }
}
