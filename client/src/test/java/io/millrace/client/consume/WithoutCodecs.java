package io.millrace.client.consume;

import io.millrace.client.LogClient;
import io.millrace.client.LogException;
import io.millrace.client.ProducerOptions;
import io.millrace.client.TopicPartition;
import io.millrace.log.compress.Compression;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Run where the codecs' jars are not on the class path: what a producer and a consumer say to batches of each. */
public final class WithoutCodecs implements Function<List<byte[]>, List<String>> {
    @Override
    public List<String> apply(List<byte[]> batches) {
        List<String> told = new ArrayList<>();
        Vertx vertx = Vertx.vertx();
        try {
            for (Compression codec : Compression.values()) {
                told.add("write " + codec + ": "
                        + message(() -> LogClient.of(vertx).producer(new ProducerOptions().compression(codec))));
            }
            for (byte[] batch : batches) {
                PartitionBuffer buffer = new PartitionBuffer(new TopicPartition("t", 0), true);
                buffer.seek(0);
                buffer.add(ByteBuffer.wrap(batch), null);
                told.add("read: " + message(buffer::next));
            }
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
        return told;
    }

    private static String message(Runnable task) {
        try {
            task.run();
            return "ok";
        } catch (LogException why) {
            return why.getMessage();
        }
    }
}
