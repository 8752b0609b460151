package io.millrace.example;

import static io.millrace.verticles.door.DoorBroker.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.client.LogClient;
import io.millrace.client.LogProducer;
import io.millrace.client.LogRecord;
import io.millrace.client.ProducerOptions;
import io.millrace.verticles.node.EmbeddedNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The second example of {@code docs/EVENTBUS.md} does what the page says, and the page shows what is compiled. */
@Timeout(60)
class OrderTotalsTest {
    private static final Path ROOT = Path.of(System.getProperty("millrace.basedir", ".."));

    @TempDir
    Path data;

    private static void order(LogProducer producer, String customer, int amount) {
        await(producer.send(LogRecord.of("orders", customer, "" + amount)));
    }

    private static void until(OrderTotals totals, String customer, long total) throws InterruptedException {
        while (totals.total(customer) < total) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertThat(totals.total(customer)).isEqualTo(total);
    }

    @Test
    void whatIsOrderedIsAddedUpAndTheNextOneGoesOnBehindIt() throws Exception {
        Vertx vertx = Vertx.vertx();
        EmbeddedNode node = await(EmbeddedNode.start(
                vertx, data, Map.of("group.initial.rebalance.delay.ms", "0", "offsets.topic.replication.factor", "1")));
        LogProducer producer = LogClient.of(vertx).producer(new ProducerOptions().lingerMs(0));
        order(producer, "ann", 3);
        order(producer, "bob", 5);
        order(producer, "ann", 4);
        OrderTotals first = new OrderTotals();
        String deployed = await(vertx.deployVerticle(first));

        until(first, "ann", 7);
        until(first, "bob", 5);
        await(vertx.undeploy(deployed));
        order(producer, "ann", 10);
        OrderTotals second = new OrderTotals();
        Future<String> again = vertx.deployVerticle(second);

        String last = await(again);
        until(second, "ann", 10);
        assertThat(second.total("bob")).isZero();
        await(vertx.undeploy(last));
        await(producer.close());
        await(node.stop());
        await(vertx.close());
    }

    private static String source(String name, String from) throws Exception {
        String source = Files.readString(ROOT.resolve("verticles/src/test/java/io/millrace/example/" + name));
        return source.substring(source.indexOf(from)).strip();
    }

    @Test
    void thePageShowsTheSourcesThatAreTested() throws Exception {
        String page = Files.readString(ROOT.resolve("docs/EVENTBUS.md"));

        assertThat(page).contains(source("OrderTotals.java", "public final class"));
        String join = source("JoinTheBus.java", "private static final int");
        assertThat(page)
                .contains(join.substring(0, join.length() - 1)
                        .replace("\n    ", "\n")
                        .strip());
    }
}
