package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Section E of the compatibility list without its transactions: idempotent producers. Item 52, expiry after a day, is
 * shown where time can be given.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class SectionEIdempotenceTest {
    private static final int COORDINATOR_LOAD_IN_PROGRESS = 14;
    private final BothBrokers both;

    SectionEIdempotenceTest(BothBrokers both) {
        this.both = both;
    }

    private static long newProducerId(WireClient client) throws Exception {
        InitProducerIdResponseData answer = initialised(client, request(), 4);
        assertThat(answer.errorCode()).isZero();
        return answer.producerId();
    }

    private static InitProducerIdRequestData request() {
        return new InitProducerIdRequestData().setTransactionTimeoutMs(60_000).setTransactionalId(null);
    }

    /** Asks again while the broker still fetches its first block of ids, as every client does. */
    private static InitProducerIdResponseData initialised(
            WireClient client, InitProducerIdRequestData request, int version) throws Exception {
        InitProducerIdResponseData answer = null;
        for (Deadline deadline = Deadline.inSeconds(10); deadline.goOn(); ) {
            answer = client.ask(request, version);
            if (answer.errorCode() != COORDINATOR_LOAD_IN_PROGRESS) {
                break;
            }
        }
        return answer;
    }

    /** One line per step: the error, the offset, the log's start. */
    private static String send(WireClient client, Topic topic, byte[] batch) throws Exception {
        ProduceResponseData answer = client.ask(Requests.produce(topic, 0, batch), 9);
        PartitionProduceResponse partition =
                answer.responses().iterator().next().partitionResponses().get(0);
        return "error " + partition.errorCode() + " at " + partition.baseOffset() + " start "
                + partition.logStartOffset() + " time " + partition.logAppendTimeMs();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void producerIdsAreNewAndStartAtEpochZero(int version) throws Exception {
        String answer = both.same("E.53", side -> {
            try (WireClient client = side.connect()) {
                InitProducerIdResponseData one = initialised(client, request(), version);
                InitProducerIdResponseData two = initialised(client, request(), version);
                return "errors " + one.errorCode() + " " + two.errorCode() + " epoch " + one.producerEpoch()
                        + " differ " + (one.producerId() != two.producerId()) + " positive "
                        + (one.producerId() >= 0);
            }
        });
        assertThat(answer).isEqualTo("errors 0 0 epoch 0 differ true positive true");
    }

    @Test
    void aProducerThatNamesItsIdAndEpochGetsWhatTheReferenceGives() throws Exception {
        both.same("E.53", side -> {
            try (WireClient client = side.connect()) {
                long id = newProducerId(client);
                List<String> answers = new ArrayList<>();
                for (int[] epoch : new int[][] {{0}, {3}, {32766}, {-1}}) {
                    InitProducerIdResponseData answer =
                            initialised(client, request().setProducerId(id).setProducerEpoch((short) epoch[0]), 3);
                    answers.add("error " + answer.errorCode() + " epoch " + answer.producerEpoch() + " same id "
                            + (answer.producerId() == id));
                }
                return answers.toString();
            }
        });
    }

    @Test
    void lastFiveBatchesAreKnownAgainAndOlderOnesAreNot() throws Exception {
        String answer = both.same("E.49", side -> {
            Topic topic = side.topic("dedup");
            try (WireClient client = side.connect()) {
                long id = newProducerId(client);
                List<String> steps = new ArrayList<>();
                List<byte[]> batches = new ArrayList<>();
                for (int i = 0; i < 7; i++) {
                    batches.add(Batches.idempotent(id, 0, i * 2, "a" + i, "b" + i));
                    steps.add("new " + i + ": " + send(client, topic, batches.get(i)));
                }
                for (int i = 6; i >= 0; i--) {
                    steps.add("again " + i + ": " + send(client, topic, batches.get(i)));
                }
                steps.add("and on: " + send(client, topic, Batches.idempotent(id, 0, 14, "next")));
                return String.join("\n", steps);
            }
        });
        assertThat(answer)
                .contains("again 6: error 0 at 12", "again 2: error 0 at 4")
                .doesNotContain("again 1: error 0");
    }

    @Test
    void sequencesThatDoNotFollowAreRefusedAndLeaveNothing() throws Exception {
        String answer = both.same("E.49", side -> {
            Topic topic = side.topic("gaps");
            try (WireClient client = side.connect()) {
                long id = newProducerId(client);
                List<String> steps = new ArrayList<>();
                steps.add("first: " + send(client, topic, Batches.idempotent(id, 0, 0, "a", "b", "c")));
                steps.add("gap: " + send(client, topic, Batches.idempotent(id, 0, 5, "x")));
                steps.add("overlap: " + send(client, topic, Batches.idempotent(id, 0, 1, "x", "y", "z")));
                steps.add("part of the last: " + send(client, topic, Batches.idempotent(id, 0, 1, "b")));
                steps.add(
                        "same first, longer: " + send(client, topic, Batches.idempotent(id, 0, 0, "a", "b", "c", "d")));
                steps.add("right: " + send(client, topic, Batches.idempotent(id, 0, 3, "d")));
                steps.add("negative: " + send(client, topic, Batches.idempotent(id, 0, 3, "d", "e")));
                return String.join("\n", steps);
            }
        });
        assertThat(answer).contains("gap: error 45", "right: error 0 at 3");
    }

    @Test
    void sequenceWrapsFromTheLargestIntToZero() throws Exception {
        String answer = both.same("E.49", side -> {
            Topic topic = side.topic("wrapped");
            try (WireClient client = side.connect()) {
                long id = newProducerId(client);
                int max = Integer.MAX_VALUE;
                List<String> steps = new ArrayList<>();
                steps.add("near the end: " + send(client, topic, Batches.idempotent(id, 0, max - 1, "a")));
                byte[] last = Batches.idempotent(id, 0, max, "b");
                steps.add("the last: " + send(client, topic, last));
                steps.add("zero: " + send(client, topic, Batches.idempotent(id, 0, 0, "c")));
                steps.add("the last again: " + send(client, topic, last));
                steps.add("one: " + send(client, topic, Batches.idempotent(id, 0, 1, "d")));

                long other = newProducerId(client);
                steps.add("before: " + send(client, topic, Batches.idempotent(other, 0, max - 2, "a")));
                byte[] across = Batches.idempotent(other, 0, max - 1, "b", "c", "d", "e");
                steps.add("across: " + send(client, topic, across));
                steps.add("across again: " + send(client, topic, across));
                steps.add("after: " + send(client, topic, Batches.idempotent(other, 0, 2, "f")));
                return String.join("\n", steps);
            }
        });
        assertThat(answer).contains("zero: error 0 at 2", "across again: error 0 at 5", "after: error 0 at 9");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 500, Integer.MAX_VALUE})
    void aProducerTheLogDoesNotKnowMayStartAnywhere(int firstSequence) throws Exception {
        both.same("E.50", side -> {
            Topic topic = side.topic("unknown");
            try (WireClient client = side.connect()) {
                long id = newProducerId(client);
                return send(client, topic, Batches.idempotent(id, 0, firstSequence, "a"))
                        + send(
                                client,
                                topic,
                                Batches.idempotent(
                                        id, 0, firstSequence == Integer.MAX_VALUE ? 0 : firstSequence + 1, "b"));
            }
        });
    }

    @Test
    void anIdTheBrokerNeverGaveIsTakenAsTheReferenceTakesIt() throws Exception {
        both.same("E.50", side -> {
            Topic topic = side.topic("foreign");
            try (WireClient client = side.connect()) {
                return send(client, topic, Batches.idempotent(987_654_321L, 4, 0, "a"));
            }
        });
    }

    @Test
    void newEpochStartsAtZeroAndFencesTheOldOne() throws Exception {
        String answer = both.same("E.51", side -> {
            Topic topic = side.topic("bumped");
            try (WireClient client = side.connect()) {
                long id = newProducerId(client);
                List<String> steps = new ArrayList<>();
                steps.add("epoch 0: " + send(client, topic, Batches.idempotent(id, 0, 0, "a", "b")));
                steps.add("epoch 1 at 2: " + send(client, topic, Batches.idempotent(id, 1, 2, "c")));
                steps.add("epoch 1 at 0: " + send(client, topic, Batches.idempotent(id, 1, 0, "c")));
                steps.add("epoch 0 again: " + send(client, topic, Batches.idempotent(id, 0, 2, "x")));
                steps.add("epoch 0 duplicate: " + send(client, topic, Batches.idempotent(id, 0, 0, "a", "b")));
                steps.add("epoch 7 at 0: " + send(client, topic, Batches.idempotent(id, 7, 0, "d")));
                return String.join("\n", steps);
            }
        });
        assertThat(answer).contains("epoch 1 at 2: error 45", "epoch 1 at 0: error 0", "epoch 0 again: error 47");
    }

    @ParameterizedTest
    @ValueSource(strings = {"no sequence", "id without the rest"})
    void halfAnIdentityIsRefusedAlike(String kind) throws Exception {
        both.same("E.49", side -> {
            Topic topic = side.topic("half");
            try (WireClient client = side.connect()) {
                long id = newProducerId(client);
                byte[] batch = Batches.idempotent(id, 0, 0, "a");
                byte[] spoiled =
                        switch (kind) {
                            case "no sequence" -> Batches.withInt(batch, Batches.BASE_SEQUENCE, -1);
                            default ->
                                Batches.withInt(
                                        Batches.withShort(batch, Batches.PRODUCER_EPOCH, -1),
                                        Batches.BASE_SEQUENCE,
                                        -1);
                        };
                return send(client, topic, spoiled);
            }
        });
    }

    @Test
    void duplicateWithinOnePipelineIsAnsweredWithTheOldOffset() throws Exception {
        String answer = both.same("E.49", side -> {
            Topic topic = side.topic("pipelined");
            try (WireClient client = side.connect()) {
                long id = newProducerId(client);
                byte[] batch = Batches.idempotent(id, 0, 0, "a", "b");
                client.send(Requests.produce(topic, 0, batch), 9);
                client.send(Requests.produce(topic, 0, batch), 9);
                client.send(Requests.produce(topic, 0, Batches.idempotent(id, 0, 2, "c")), 9);
                List<String> answers = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    var partition = ((ProduceResponseData) client.receive())
                            .responses()
                            .iterator()
                            .next()
                            .partitionResponses()
                            .get(0);
                    answers.add(partition.errorCode() + "@" + partition.baseOffset());
                }
                return answers.toString();
            }
        });
        assertThat(answer).isEqualTo("[0@0, 0@0, 0@2]");
    }
}
