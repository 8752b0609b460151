package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.quorum.QuorumMessage.FetchOutcome;
import io.millrace.membership.quorum.QuorumMessage.FetchResponse;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Answers that wait for a disk. */
class ReadAnswersTest {
    private static final int EPOCH = 3;

    private final List<QuorumMessage> sent = new ArrayList<>();
    private Consumer<List<QuorumBatch>> reading;
    private int leadsEpoch = EPOCH;
    private final ReadAnswers answers =
            new ReadAnswers(slow(), (to, message) -> sent.add(message), epoch -> epoch == leadsEpoch);

    /** A store whose reads end when the test says so. */
    @SuppressWarnings("unchecked")
    private QuorumStore slow() {
        return (QuorumStore) Proxy.newProxyInstance(
                QuorumStore.class.getClassLoader(), new Class<?>[] {QuorumStore.class}, (proxy, method, arguments) -> {
                    reading = (Consumer<List<QuorumBatch>>) arguments[3];
                    return null;
                });
    }

    private void ask() {
        answers.sendBatches(
                2, new FetchResponse(EPOCH, 1, new LogPosition(8, 2), 5, new FetchOutcome.Batches(List.of())), 10);
    }

    private static List<QuorumBatch> batch(int epoch) {
        return List.of(new QuorumBatch(8, epoch, false, List.of(new byte[1])));
    }

    @Test
    void whatWasFoundIsSentInTheEpochInWhichItWasAskedFor() {
        List<QuorumBatch> found = batch(EPOCH);
        ask();

        reading.accept(found);

        assertThat(sent).singleElement().isInstanceOfSatisfying(FetchResponse.class, answer -> assertThat(
                        answer.outcome())
                .isEqualTo(new FetchOutcome.Batches(found)));
    }

    /** Another leader may have cut the log meanwhile: what stands there now follows something else. */
    @Test
    void whatIsFoundWhenAnotherLeadsIsSentToNobody() {
        ask();
        leadsEpoch = -1;

        reading.accept(batch(EPOCH + 1));

        assertThat(sent).isEmpty();
    }
}
