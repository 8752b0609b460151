package io.millrace.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.oracle.Batches;
import io.millrace.oracle.Broker;
import io.millrace.oracle.Brokers;
import io.millrace.oracle.Requests;
import io.millrace.oracle.Side;
import io.millrace.oracle.Topic;
import io.millrace.oracle.WireClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Frames that no honest client sends, against a live node: each is an answer or a closed connection, honest connections
 * go on without noticing, and memory stays bounded.
 *
 * <p>Thread: the test's, and one honest client.
 */
@Tag("full")
class HostileFramesTest {
    private static final int CASES = Integer.getInteger("millrace.fuzz.cases", 4000);
    private static final int MILLION = 1_000_000;
    private static final long ALLOWED_GROWTH_KB = 300 << 10;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicReference<Throwable> honestFailure = new AtomicReference<>();
    private final AtomicLong honestRounds = new AtomicLong();
    private final AtomicLong slowestNanos = new AtomicLong();

    @Test
    void honestConnectionsAndMemoryDoNotSuffer() throws Exception {
        attack(CASES);
    }

    @Test
    @Tag("long")
    void nothingGivesWayUnderAMillionOfThem() throws Exception {
        attack(MILLION);
    }

    private void attack(int cases) throws Exception {
        long seed = Long.getLong("millrace.seed", System.nanoTime());
        try (Broker broker = Brokers.startOurs(Map.of());
                Side side = Brokers.side(broker)) {
            Topic topic = side.topicNamed("honest", 1, Map.of());
            Thread honest = new Thread(() -> honestLoad(side, topic), "honest");
            honest.setDaemon(true);
            honest.start();
            long before = residentKb(broker.pid());

            mutatedFrames(side, topic, new Random(seed), cases);
            long roundsBeforeThreats = honestRounds.get();
            List<WireClient> threats = halfSentGiants(side);
            awaitRounds(roundsBeforeThreats + 20);
            for (WireClient threat : threats) {
                threat.close();
            }
            stopped.set(true);
            honest.join(30_000);

            assertThat(honestFailure.get()).as("seed %d", seed).isNull();
            assertThat(honestRounds.get()).as("honest rounds, seed %d", seed).isGreaterThan(20);
            long after = residentKb(broker.pid());
            System.out.printf(
                    "%d hostile frames, %d honest rounds, slowest %d ms, RSS %d -> %d KB, seed %d%n",
                    cases, honestRounds.get(), slowestNanos.get() / 1_000_000, before, after, seed);
            assertThat(after - before)
                    .as("growth of the resident set in KB, seed %d", seed)
                    .isLessThan(ALLOWED_GROWTH_KB);
            try (WireClient client = side.connect()) {
                client.ask(Requests.metadata(false, topic.name()), 12);
            }
        }
    }

    private void awaitRounds(long rounds) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (honestRounds.get() < rounds && honestFailure.get() == null) {
            assertThat(System.nanoTime()).as("the honest client goes on").isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
        }
    }

    private void honestLoad(Side side, Topic topic) {
        try (WireClient client = side.connect()) {
            long next = 0;
            while (!stopped.get()) {
                long start = System.nanoTime();
                ProduceResponseData produced = client.ask(Requests.produce(topic, 0, Batches.values("honest")), 9);
                var answer = produced.responses()
                        .iterator()
                        .next()
                        .partitionResponses()
                        .get(0);
                if (answer.errorCode() != 0 || answer.baseOffset() < next) {
                    throw new IllegalStateException("an honest record got " + answer);
                }
                next = answer.baseOffset() + 1;
                client.ask(Requests.fetch(topic, 0, answer.baseOffset()), 12);
                slowestNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
                honestRounds.incrementAndGet();
            }
        } catch (Throwable e) {
            honestFailure.set(e);
        }
    }

    /** Valid requests with bits flipped, cut, lengthened and their counts raised; and plain noise. */
    private static void mutatedFrames(Side side, Topic topic, Random random, int cases) throws IOException {
        List<byte[]> seeds = seeds(topic);
        WireClient client = side.connect();
        for (int i = 0; i < cases; i++) {
            byte[] frame = mutated(seeds.get(random.nextInt(seeds.size())).clone(), random);
            try {
                if (random.nextInt(50) == 0) {
                    client.sendBytes(frame); // Without a size: its first bytes are taken for one.
                } else {
                    client.sendFrame(frame);
                }
                // Half of them are sent behind one another, so that an error meets a pipeline.
                if (random.nextBoolean() || client.closedWithinMs(1)) {
                    client.close();
                    client = side.connect();
                }
            } catch (IOException closed) {
                client.close();
                client = side.connect();
            }
        }
        client.close();
    }

    private static List<byte[]> seeds(Topic topic) {
        List<byte[]> seeds = new ArrayList<>();
        ApiMessage produce = Requests.produce(topic, 5, Batches.values("hostile", "record"));
        ApiMessage fetch = Requests.fetch(topic, 0, 0);
        for (int version : new int[] {3, 9, 13}) {
            seeds.add(WireClient.frame(produce, version, 1));
        }
        for (int version : new int[] {4, 12, 18}) {
            seeds.add(WireClient.frame(fetch, version, 1));
        }
        seeds.add(WireClient.frame(Requests.metadata(false, topic.name(), "x"), 12, 1));
        seeds.add(WireClient.frame(Requests.metadata(false, topic.name(), "x"), 4, 1));
        seeds.add(WireClient.frame(Requests.listOffsets(topic, 0, -1), 7, 1));
        seeds.add(WireClient.frame(
                new ApiVersionsRequestData().setClientSoftwareName("a").setClientSoftwareVersion("1"), 3, 1));
        seeds.add(WireClient.frame(new CreateTopicsRequestData().setValidateOnly(true), 7, 1));
        seeds.add(WireClient.frame(new DescribeConfigsRequestData(), 4, 1));
        seeds.add(WireClient.frame(new DeleteRecordsRequestData(), 2, 1));
        seeds.add(WireClient.frame(new DescribeClusterRequestData(), 1, 1));
        seeds.add(WireClient.frame(new InitProducerIdRequestData(), 4, 1));
        return seeds;
    }

    private static byte[] mutated(byte[] frame, Random random) {
        switch (random.nextInt(6)) {
            case 0 -> random.nextBytes(frame);
            case 1 -> {
                for (int i = 0; i < 1 + random.nextInt(4); i++) {
                    frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 2 -> frame = java.util.Arrays.copyOf(frame, random.nextInt(frame.length + 1));
            case 3 -> frame = java.util.Arrays.copyOf(frame, frame.length + random.nextInt(200));
            case 4 -> {
                // A count or a length becomes huge.
                if (frame.length > 14) {
                    ByteBuffer.wrap(frame)
                            .putInt(10 + random.nextInt(frame.length - 13), Integer.MAX_VALUE - random.nextInt(9));
                }
            }
            default -> {
                if (frame.length > 16) {
                    int at = 10 + random.nextInt(frame.length - 15);
                    for (int i = 0; i < 5; i++) {
                        frame[at + i] = (byte) (i < 4 ? 0xff : 0x0f);
                    }
                }
            }
        }
        return frame;
    }

    /** Forty connections each announce a produce of 100 MiB and send the first of it only. */
    private static List<WireClient> halfSentGiants(Side side) throws IOException {
        List<WireClient> threats = new ArrayList<>();
        byte[] header = {0, 0, 0, 9, 0, 0, 0, 1, 0, 1, 'x', 0};
        for (int i = 0; i < 40; i++) {
            WireClient threat = side.connect();
            ByteBuffer start = ByteBuffer.allocate(4 + header.length + 60_000);
            start.putInt(99 << 20).put(header);
            threat.sendBytes(start.array());
            threats.add(threat);
        }
        return threats;
    }

    private static long residentKb(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D+", ""));
            }
        }
        throw new IOException("no VmRSS for " + pid);
    }
}
