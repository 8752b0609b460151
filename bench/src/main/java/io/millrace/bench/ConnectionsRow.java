package io.millrace.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.message.ApiVersionsRequestData;

/**
 * Row 22: a thousand connections, then five thousand: how long until each has had an answer, what they cost in memory, and how long a
 * request on one of them takes while the others are idle.
 *
 * <p>Thread: main.
 */
final class ConnectionsRow {
    private static final int PINGS = 2000;
    private static final int WARM_PINGS = 2000;

    private ConnectionsRow() {}

    static void run(Path project, Path work, Path tools, Options options, Results results) throws Exception {
        for (int round = 0; round < options.rounds(); round++) {
            for (Peer peer : List.of(new KafkaPeer(work, tools), new MillracePeer(work, project, true))) {
                if (!options.wants(peer)) {
                    continue;
                }
                try (peer) {
                    peer.startEmpty();
                    measure(peer, 1000, results);
                    measure(peer, 5000, results);
                }
            }
        }
    }

    private static void measure(Peer peer, int connections, Results results) throws Exception {
        ByteBuffer ping = ByteBuffer.wrap(Wire.frame(new ApiVersionsRequestData(), 0));
        ByteBuffer answer = ByteBuffer.allocate(1 << 16);
        List<SocketChannel> channels = new ArrayList<>();
        try {
            channels.add(connect(peer));
            for (int i = 0; i < WARM_PINGS; i++) {
                send(channels.get(0), ping);
                receive(channels.get(0), answer);
            }
            double before = ProcFs.residentMb(peer.pid());
            long start = System.nanoTime();
            for (int i = 0; i < connections; i++) {
                SocketChannel channel = connect(peer);
                channels.add(channel);
                send(channel, ping);
            }
            for (SocketChannel channel : channels.subList(1, channels.size())) {
                receive(channel, answer);
            }
            String name = "22 " + connections + " connections";
            results.add(peer, name + ", all answered", "s", "1.0x", (System.nanoTime() - start) / 1e9);
            results.add(peer, name + ", memory added", "MB RSS", "1.0x", ProcFs.residentMb(peer.pid()) - before);
            double[] latencies = pings(channels, ping, answer);
            results.add(peer, name + ", ping p99", "ms", "1.0x", AckLatency.percentile(latencies, 99));
        } finally {
            for (SocketChannel channel : channels) {
                channel.close();
            }
        }
    }

    private static double[] pings(List<SocketChannel> channels, ByteBuffer ping, ByteBuffer answer) throws IOException {
        Random random = new Random(3);
        double[] latencies = new double[PINGS];
        for (int i = 0; i < PINGS; i++) {
            SocketChannel channel = channels.get(random.nextInt(channels.size()));
            long sent = System.nanoTime();
            send(channel, ping);
            receive(channel, answer);
            latencies[i] = (System.nanoTime() - sent) / 1e6;
        }
        Arrays.sort(latencies);
        return latencies;
    }

    private static SocketChannel connect(Peer peer) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", peer.port()));
        channel.socket().setTcpNoDelay(true);
        return channel;
    }

    private static void send(SocketChannel channel, ByteBuffer frame) throws IOException {
        ByteBuffer own = frame.duplicate();
        while (own.hasRemaining()) {
            channel.write(own);
        }
    }

    private static void receive(SocketChannel channel, ByteBuffer into) throws IOException {
        fill(channel, into.clear().limit(4));
        fill(channel, into.clear().limit(into.getInt(0)));
    }

    private static void fill(SocketChannel channel, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new IOException("the broker closed a connection");
            }
        }
    }
}
