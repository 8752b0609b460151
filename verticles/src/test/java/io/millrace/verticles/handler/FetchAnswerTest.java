package io.millrace.verticles.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.fetch.FetchResponse;
import io.millrace.protocol.fetch.PartitionData;
import io.millrace.verticles.shard.ByteBufPayload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/**
 * An answer to a Fetch for which there is no memory.
 *
 * <p>Thread: the test's.
 */
class FetchAnswerTest {
    private static final short VERSION = 12;

    private final List<ByteBuf> records = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();

    private FetchResponse twoPartitions() {
        FetchResponse response = new FetchResponse((short) 0, 0);
        FetchResponse.Topic topic = response.addTopic("t", new UUID(1, 1));
        for (int partition = 0; partition < 2; partition++) {
            ByteBuf bytes = Unpooled.buffer(100).writeZero(100);
            records.add(bytes);
            topic.partitions()
                    .add(new PartitionData(partition)
                            .records(List.of(new FetchPart.Memory(new ByteBufPayload(bytes)))));
        }
        return response;
    }

    /** @param allocate gives the buffer for what is not records */
    private RequestContext context(IntFunction<ByteBuf> allocate) {
        ByteBufAllocator allocator = (ByteBufAllocator) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ByteBufAllocator.class},
                (proxy, method, arguments) -> allocate.apply((Integer) arguments[0]));
        return (RequestContext) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {RequestContext.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "allocator" -> allocator;
                    case "correlationId" -> 7;
                    case "version" -> VERSION;
                    case "failed" -> {
                        failures.add((Throwable) arguments[0]);
                        yield null;
                    }
                    default -> throw new IllegalStateException(method.getName() + " was not to be called");
                });
    }

    @Test
    void whoAskedHearsOfItAndNoRecordsAreHeld() {
        OutOfMemoryError scarce = new OutOfMemoryError("planted");

        FetchHandler.send(
                context(bytes -> {
                    throw scarce;
                }),
                twoPartitions());

        assertThat(failures).containsExactly(scarce);
        assertThat(records).hasSize(2).allMatch(bytes -> bytes.refCnt() == 0);
    }

    @Test
    void norAreThoseOfAnAnswerThatCouldNotBePutTogether() {
        FetchHandler.release(twoPartitions());
        assertThat(records).hasSize(2).allMatch(bytes -> bytes.refCnt() == 0);
    }

    @Test
    void norAreTheyWhenItFailsHalfWay() {
        for (int missing = 1; missing < 80; missing += 13) {
            int less = missing;
            List<ByteBuf> allocated = new ArrayList<>();
            FetchHandler.send(
                    context(bytes -> {
                        allocated.add(Unpooled.buffer(bytes - less, bytes - less));
                        return allocated.get(0);
                    }),
                    twoPartitions());

            assertThat(allocated).hasSize(1).allMatch(bytes -> bytes.refCnt() == 0);
        }
        assertThat(failures).hasSize(7);
        assertThat(records).hasSize(14).allMatch(bytes -> bytes.refCnt() == 0);
    }
}
