package io.millrace.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Section A of the compatibility list, connection: frames, versions, order, bounds. Item 11 is SASL and 12 is quotas,
 * which neither broker is asked about here.
 *
 * <p>Thread: the test's.
 */
@Tag("full")
@ExtendWith(BothBrokers.Fixture.class)
class SectionAConnectionTest {
    private static final int UNSUPPORTED_VERSION = 35;
    private final BothBrokers both;

    SectionAConnectionTest(BothBrokers both) {
        this.both = both;
    }

    private static ApiVersionsRequestData apiVersions() {
        return new ApiVersionsRequestData()
                .setClientSoftwareName("millrace-test")
                .setClientSoftwareVersion("1.0");
    }

    /** What became of a frame: the first bytes of an answer, or that the connection was closed. */
    private static String outcome(WireClient client) throws IOException {
        try {
            return "answered " + HexFormat.of().formatHex(client.receiveFrame().array());
        } catch (EOFException e) {
            return "closed";
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void apiVersionsAnswersWithHeaderVersionZeroAtEveryVersion(int version) throws Exception {
        String first = both.same("A.1", side -> {
            try (WireClient client = side.connect()) {
                client.sendFrame(WireClient.frame(apiVersions(), version, 77));
                ByteBuffer answer = client.receiveFrame();
                // Directly after the correlation id comes the error code: no tagged fields of a newer header.
                return "correlation " + answer.getInt() + " error " + answer.getShort();
            }
        });
        assertThat(first).isEqualTo("correlation 77 error 0");
    }

    @Test
    void unknownApiVersionsVersionIsAnsweredInVersionZeroWithTheRangeToUse() throws Exception {
        String bytes = both.same("A.2", side -> {
            try (WireClient client = side.connect()) {
                ByteBuffer frame = ByteBuffer.wrap(WireClient.frame(apiVersions(), 3, 9));
                client.sendFrame(frame.putShort(2, (short) 99).array());
                return outcome(client);
            }
        });
        // correlation 9, error 35, one entry: api 18, versions 0 to 5.
        assertThat(bytes).isEqualTo("answered 00000009" + "0023" + "00000001" + "0012" + "0000" + "0005");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void everyServedApiIsAdvertisedWithTheReferencesRange(int version) throws Exception {
        TreeMap<Integer, String> reference = ranges(both.oracle(), version);
        TreeMap<Integer, String> ours = ranges(both.ours(), version);

        assertThat(ours)
                .as("compat A.3: the APIs of one node")
                .containsKeys(0, 1, 2, 3, 18, 19, 20, 21, 22, 23, 32, 33, 35, 37, 44, 60, 75);
        ours.forEach((key, range) -> assertThat(range)
                .as("compat A.3: versions of API %d at ApiVersions v%d", key, version)
                .isEqualTo(reference.get(key)));
    }

    private static TreeMap<Integer, String> ranges(Side side, int version) throws IOException {
        try (WireClient client = side.connect()) {
            ApiVersionsResponseData answer = client.ask(apiVersions(), version);
            TreeMap<Integer, String> ranges = new TreeMap<>();
            answer.apiKeys().forEach(api -> ranges.put((int) api.apiKey(), api.minVersion() + "-" + api.maxVersion()));
            return ranges;
        }
    }

    @Test
    void nothingIsAdvertisedThatNeedsAFeatureWeDoNotHave() throws Exception {
        // Transactions, SASL (but for its first question, which is refused), changing ACLs and quotas, the newer group
        // protocols: not yet.
        if (!BothBrokers.SELF) {
            assertThat(ranges(both.ours(), 4)).doesNotContainKeys(24, 25, 26, 28, 30, 31, 36, 49, 51, 68);
        }
    }

    @Test
    void everyFeatureRangeIsWellFormedAndFinalizedWithinIt() throws Exception {
        both.same("A.4", side -> {
            try (WireClient client = side.connect()) {
                ApiVersionsResponseData answer = client.ask(apiVersions(), 4);
                answer.supportedFeatures()
                        .forEach(f -> assertThat(f.minVersion()).as(f.name()).isLessThanOrEqualTo(f.maxVersion()));
                answer.finalizedFeatures().forEach(f -> {
                    var supported = answer.supportedFeatures().find(f.name());
                    assertThat(supported)
                            .as("%s is finalized and must be supported", f.name())
                            .isNotNull();
                    assertThat(f.maxVersionLevel())
                            .as(f.name())
                            .isBetween(supported.minVersion(), supported.maxVersion());
                });
                return "finalized epoch known: " + (answer.finalizedFeaturesEpoch() >= 0) + ", zk migration "
                        + answer.zkMigrationReady();
            }
        });
    }

    @Test
    void unknownTaggedFieldsInHeaderAndBodyAreSkipped() throws Exception {
        String answer = both.same("A.4", side -> {
            try (WireClient client = side.connect()) {
                ByteBuffer frame = ByteBuffer.allocate(64);
                frame.putShort((short) 18).putShort((short) 3).putInt(5);
                frame.putShort((short) 2).put("me".getBytes(StandardCharsets.UTF_8));
                frame.put((byte) 1).put((byte) 120).put((byte) 3).put(new byte[] {1, 2, 3});
                frame.put((byte) 2).put((byte) 'n').put((byte) 2).put((byte) '1');
                frame.put((byte) 1).put((byte) 99).put((byte) 1).put((byte) 7);
                byte[] bytes = new byte[frame.position()];
                frame.flip().get(bytes);
                client.sendFrame(bytes);
                ByteBuffer reply = client.receiveFrame();
                return "correlation " + reply.getInt() + " error " + reply.getShort();
            }
        });
        assertThat(answer).isEqualTo("correlation 5 error 0");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void versionsUpToThreeHideFeaturesWhoseMinimumIsZero(int version) throws Exception {
        both.same("A.5", side -> {
            try (WireClient client = side.connect()) {
                ApiVersionsResponseData answer = client.ask(apiVersions(), version);
                assertThat(answer.supportedFeatures())
                        .allSatisfy(f -> assertThat(f.minVersion()).isPositive());
                return "hidden";
            }
        });
    }

    @Test
    void apiVersionsForAnotherClusterOrNodeSendsTheClientToBootstrapAgain() throws Exception {
        both.same("A.6", side -> {
            try (WireClient client = side.connect()) {
                MetadataResponseData metadata = client.ask(Requests.metadata(false), 9);
                int node = metadata.controllerId();
                List<String> errors = new ArrayList<>();
                errors.add("unset: " + errorOf(client, apiVersions()));
                errors.add("right: "
                        + errorOf(
                                client,
                                apiVersions().setClusterId(metadata.clusterId()).setNodeId(node)));
                errors.add("other cluster: "
                        + errorOf(
                                client,
                                apiVersions()
                                        .setClusterId("AAAAAAAAAAAAAAAAAAAAAQ")
                                        .setNodeId(node)));
                errors.add("other node: "
                        + errorOf(
                                client,
                                apiVersions().setClusterId(metadata.clusterId()).setNodeId(node + 7)));
                errors.add("cluster only: " + errorOf(client, apiVersions().setClusterId(metadata.clusterId())));
                return errors.toString();
            }
        });
    }

    private static int errorOf(WireClient client, ApiVersionsRequestData request) throws IOException {
        ApiVersionsResponseData answer = client.ask(request, 5);
        return answer.errorCode();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "-x", "x-", "ok", "ok.1-2", "é"})
    void clientSoftwareNameIsCheckedFromVersionThreeOn(String softwareName) throws Exception {
        both.same("A.2", side -> {
            try (WireClient client = side.connect()) {
                ApiVersionsResponseData answer = client.ask(apiVersions().setClientSoftwareName(softwareName), 3);
                return "error " + answer.errorCode() + " apis "
                        + answer.apiKeys().isEmpty();
            }
        });
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheOrderSent() throws Exception {
        both.same("A.7", side -> {
            Topic topic = side.topic("ordered");
            try (WireClient client = side.connect()) {
                List<String> answers = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    client.send(Requests.produce(topic, 0, Batches.values("v" + i)), 9);
                    client.send(Requests.metadata(false, topic.name()), 12);
                    client.send(Requests.fetch(topic, 0, 0), 12);
                    client.send(apiVersions(), 3);
                    client.send(Requests.listOffsets(topic, 0, -2), 7);
                }
                for (int i = 0; i < 10; i++) {
                    // receive() fails when a correlation id is not the next one.
                    ProduceResponseData produced = (ProduceResponseData) client.receive();
                    answers.add("offset "
                            + produced.responses()
                                    .iterator()
                                    .next()
                                    .partitionResponses()
                                    .get(0)
                                    .baseOffset());
                    client.receive();
                    FetchResponseData fetched = (FetchResponseData) client.receive();
                    answers.add("high watermark "
                            + fetched.responses().get(0).partitions().get(0).highWatermark());
                    client.receive();
                    ListOffsetsResponseData listed = (ListOffsetsResponseData) client.receive();
                    answers.add("earliest "
                            + listed.topics().get(0).partitions().get(0).offset());
                }
                return answers;
            }
        });
    }

    @Test
    void produceWithoutAcksHasNoAnswerAndIsWritten() throws Exception {
        String answer = both.same("A.8", side -> {
            Topic topic = side.topic("unacked");
            try (WireClient client = side.connect()) {
                client.sendWithoutReply(
                        Requests.produce(topic, 0, Batches.values("a", "b")).setAcks((short) 0), 9);
                // The next answer on the connection is the one to the next request, and it sees the records.
                ProduceResponseData second = client.ask(Requests.produce(topic, 0, Batches.values("c")), 9);
                return "offset "
                        + second.responses()
                                .iterator()
                                .next()
                                .partitionResponses()
                                .get(0)
                                .baseOffset();
            }
        });
        assertThat(answer).isEqualTo("offset 2");
    }

    @Test
    void failedProduceWithoutAcksClosesTheConnection() throws Exception {
        String answer = both.same("A.8", side -> {
            Topic topic = side.topic("unacked");
            List<String> answers = new ArrayList<>();
            try (WireClient client = side.connect()) {
                client.sendWithoutReply(
                        Requests.produce(topic, 7, Batches.values("a")).setAcks((short) 0), 9);
                answers.add("unknown partition: closed " + client.closedWithinMs(3000));
            }
            try (WireClient client = side.connect()) {
                byte[] spoiled = Batches.withFlippedByte(Batches.values("abcdef"), Batches.ATTRIBUTES + 20);
                client.sendWithoutReply(Requests.produce(topic, 0, spoiled).setAcks((short) 0), 9);
                answers.add("bad checksum: closed " + client.closedWithinMs(3000));
            }
            return answers.toString();
        });
        assertThat(answer).doesNotContain("false");
    }

    @Test
    void framesThatCannotBeAreAClosedConnection() throws Exception {
        String answers = both.same("A.9", side -> {
            List<String> seen = new ArrayList<>();
            seen.add("101 MiB: "
                    + closesOn(side, ByteBuffer.allocate(4).putInt(101 << 20).array()));
            seen.add("negative size: "
                    + closesOn(side, ByteBuffer.allocate(4).putInt(-1).array()));
            seen.add("size of a header that is not there: " + closesOn(side, new byte[] {0, 0, 0, 2, 0, 3}));
            byte[] header = {0, 3, 0, 1, 0, 0, 0, 1, 0, 1, 'x'};
            seen.add("an array of two thousand million: "
                    + closesOn(side, framed(header, new byte[] {0x7f, -1, -1, -1})));
            seen.add("a string longer than the frame: "
                    + closesOn(side, framed(new byte[] {0, 3, 0, 1, 0, 0, 0, 1, 0x7f, -1}, new byte[0])));
            seen.add("unknown api: "
                    + closesOn(side, framed(new byte[] {3, 0, 0, 1, 0, 0, 0, 1, 0, 1, 'x'}, new byte[4])));
            seen.add("unknown version: "
                    + closesOn(side, framed(new byte[] {0, 3, 0, 99, 0, 0, 0, 1, 0, 1, 'x'}, new byte[4])));
            seen.add("negative api: "
                    + closesOn(side, framed(new byte[] {-1, -1, 0, 0, 0, 0, 0, 1, 0, 1, 'x'}, new byte[4])));
            seen.add("an HTTP request: "
                    + closesOn(side, "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.UTF_8)));
            seen.add("Produce v2: "
                    + closesOn(side, framed(new byte[] {0, 0, 0, 2, 0, 0, 0, 1, 0, 1, 'x'}, new byte[] {
                        -1, -1, 0, 0, 0, 1, 0, 0, 0, 0
                    })));
            return String.join("\n", seen);
        });
        assertThat(answers).doesNotContain("false");
    }

    private static byte[] framed(byte[] header, byte[] body) {
        return ByteBuffer.allocate(4 + header.length + body.length)
                .putInt(header.length + body.length)
                .put(header)
                .put(body)
                .array();
    }

    private static boolean closesOn(Side side, byte[] bytes) throws IOException {
        try (WireClient client = side.connect()) {
            client.sendBytes(bytes);
            return client.closedWithinMs(3000);
        }
    }

    @Test
    void idleConnectionIsClosedAfterItsTimeAndNotBefore() throws Exception {
        String answer = both.sameAtOnce("A.10", side -> {
            try (WireClient client = side.connect()) {
                client.ask(apiVersions(), 3);
                boolean early = client.closedWithinMs(3500);
                boolean inTime = !early && client.closedWithinMs(6000);
                return "early " + early + ", in time " + inTime;
            }
        });
        assertThat(answer).isEqualTo("early false, in time true");
    }

    @Test
    void waitingFetchHoldsBackItsOwnConnectionOnly() throws Exception {
        String answer = both.same("A.13", side -> {
            Topic topic = side.topic("waited");
            try (WireClient waiting = side.connect();
                    WireClient other = side.connect()) {
                long start = System.nanoTime();
                waiting.send(Requests.fetch(topic, 0, 0).setMinBytes(1).setMaxWaitMs(800), 12);
                waiting.send(apiVersions(), 3);
                other.ask(apiVersions(), 3);
                boolean otherAtOnce = msSince(start) < 700;
                waiting.receive();
                boolean fetchWaited = msSince(start) >= 750;
                waiting.receive();
                return "other at once " + otherAtOnce + ", fetch waited " + fetchWaited;
            }
        });
        assertThat(answer).isEqualTo("other at once true, fetch waited true");
    }

    private static long msSince(long startNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    @Test
    void requestForAnApiThatIsNotServedClosesTheConnection() throws Exception {
        // Kafka 4 has no LeaderAndIsr (4) for clients any more; a client that asks all the same is cut off.
        byte[] leaderAndIsr = framed(new byte[] {0, 4, 0, 0, 0, 0, 0, 1, 0, 1, 'x'}, new byte[8]);
        boolean closed = both.same("A.9", side -> closesOn(side, leaderAndIsr));
        assertThat(closed).isTrue();
    }

    @Test
    void initProducerIdIsServedOnTheSecondListenerToo() throws Exception {
        both.same("A.7", side -> {
            try (WireClient client = side.connectToSecondListener()) {
                return client.ask(new InitProducerIdRequestData().setTransactionTimeoutMs(1000), 4)
                        .toString()
                        .replaceAll("producerId=\\d+", "producerId=N");
            }
        });
    }
}
