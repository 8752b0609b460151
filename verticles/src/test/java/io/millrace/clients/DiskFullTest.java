package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.Batches;
import io.millrace.oracle.Broker;
import io.millrace.oracle.Brokers;
import io.millrace.oracle.Commands;
import io.millrace.oracle.Deadline;
import io.millrace.oracle.Requests;
import io.millrace.oracle.Side;
import io.millrace.oracle.TestTools;
import io.millrace.oracle.Topic;
import io.millrace.oracle.WireClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A real full disk, on a tmpfs of a few megabytes: writes are refused with an error that clients retry, reads go on, and
 * when there is room again so do the writes, without a restart and with nothing acknowledged lost.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
class DiskFullTest {
    private static final int BATCH_VALUE = 64 << 10;

    @Test
    void writesAreRefusedRetriablyAndGoOnWhenThereIsRoom() throws Exception {
        Path mount = TestTools.projectDirectory().resolve("target/small-disk");
        Files.createDirectories(mount);
        boolean mounted = Commands.run(List.of("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", mount.toString()))
                        .exitCode()
                == 0;
        TestTools.requireRight("the right to mount a tmpfs", mounted);
        try {
            Path ballast = mount.resolve("ballast");
            Files.write(ballast, new byte[12 << 20]);
            try (Broker broker = Brokers.startOurs(Map.of(), mount.resolve("data"));
                    Side side = Brokers.side(broker)) {
                fillAndFree(broker, side, ballast);
            }
        } finally {
            Commands.run(List.of("umount", "-l", mount.toString()));
        }
    }

    private static void fillAndFree(Broker broker, Side side, Path ballast) throws Exception {
        Topic topic = side.topicNamed("full", 1, Map.of("segment.bytes", "2097152"));
        List<Long> acked = new ArrayList<>();
        try (WireClient client = side.connect()) {
            PartitionProduceResponse refused = null;
            for (int i = 0; i < 400 && refused == null; i++) {
                PartitionProduceResponse answer = send(client, topic);
                if (answer.errorCode() == 0) {
                    acked.add(answer.baseOffset());
                } else {
                    refused = answer;
                }
            }
            assertThat(refused).as("the disk of 24 MB filled up").isNotNull();
            assertThat(Errors.forCode(refused.errorCode()).exception())
                    .as("a full disk is an error that clients retry")
                    .isInstanceOf(RetriableException.class);
            assertThat(acked).isNotEmpty();

            assertThat(readFrom(side, topic))
                    .as("reads go on while the disk is full")
                    .isEqualTo(acked.size());
            assertThat(send(client, topic).errorCode()).as("still full").isNotZero();

            Files.delete(ballast);
            PartitionProduceResponse again = null;
            for (Deadline deadline = Deadline.inSeconds(20); deadline.goOn(); ) {
                again = send(client, topic);
                if (again.errorCode() == 0) {
                    break;
                }
            }
            assertThat(again.errorCode())
                    .as("goes on by itself when there is room")
                    .isZero();
            acked.add(again.baseOffset());
        }
        assertThat(acked)
                .as("offsets without holes")
                .isEqualTo(java.util.stream.LongStream.range(0, acked.size())
                        .boxed()
                        .toList());
        broker.kill();
        broker.startAgain();
        assertThat(readFrom(side, topic)).as("all of it after a kill").isGreaterThanOrEqualTo(acked.size());
    }

    private static PartitionProduceResponse send(WireClient client, Topic topic) throws Exception {
        byte[] batch =
                Batches.of(Compression.NONE, new SimpleRecord(System.currentTimeMillis(), new byte[BATCH_VALUE]));
        ProduceResponseData answer = client.ask(Requests.produce(topic, 0, batch), 9);
        return answer.responses().iterator().next().partitionResponses().get(0);
    }

    private static int readFrom(Side side, Topic topic) throws Exception {
        int records = 0;
        try (WireClient client = side.connect()) {
            while (true) {
                FetchResponseData answer = client.ask(Requests.fetch(topic, 0, records), 12);
                var partition = answer.responses().get(0).partitions().get(0);
                assertThat(partition.errorCode()).isZero();
                int before = records;
                for (var record : ((MemoryRecords) partition.records()).records()) {
                    assertThat(record.valueSize()).isEqualTo(BATCH_VALUE);
                    records++;
                }
                if (records == before) {
                    return records;
                }
            }
        }
    }
}
