package io.millrace.bench;

import java.io.IOException;

/**
 * Knocks at a starting broker until it has acknowledged one record in a topic that may not exist yet.
 *
 * <p>Thread: main.
 */
final class FirstProduce {
    private static final String TOPIC = "first";

    private FirstProduce() {}

    static void awaitAck(Peer peer, Process process) throws Exception {
        byte[] frame = ProduceFrames.one(TOPIC, 0, -1, 1, 100);
        long deadline = System.nanoTime() + 180_000_000_000L;
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new IllegalStateException(peer.name() + " ended with " + process.exitValue() + ": see "
                        + peer.home().resolve("out.log"));
            }
            try (Wire wire = new Wire(peer.port())) {
                while (System.nanoTime() < deadline) {
                    wire.send(frame);
                    if (ProduceFrames.errorIn(wire.receive(null)) == 0) {
                        return;
                    }
                    Topics.create(wire, TOPIC, 1);
                }
            } catch (IOException notYet) {
                Pause.ms(3);
            }
        }
        throw new IllegalStateException(peer.name() + " acknowledged nothing");
    }
}
