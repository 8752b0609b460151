package io.millrace.verticles.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.protocol.Errors;
import io.millrace.protocol.fetch.FetchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FetchSessionsTest {
    private final AtomicInteger nextId = new AtomicInteger(1);
    private final FetchSessions sessions = new FetchSessions(2, 1_000, nextId::getAndIncrement);

    private static FetchRequest request(int id, int epoch, List<Integer> add, int... forget) {
        List<FetchRequest.Partition> partitions = add.stream()
                .map(partition ->
                        new FetchRequest.Partition(partition, -1, 0, -1, -1, 1000, new UUID(0, 0), Long.MAX_VALUE))
                .toList();
        return new FetchRequest(
                (short) 12,
                null,
                -1,
                -1,
                0,
                1,
                1000,
                (byte) 0,
                id,
                epoch,
                partitions.isEmpty() ? List.of() : List.of(new FetchRequest.Topic("t", null, partitions)),
                forget.length == 0 ? List.of() : List.of(new FetchRequest.ForgottenTopic("t", null, forget)),
                "");
    }

    private static List<Integer> partitions(FetchSession session) {
        return session.entries().stream().map(entry -> entry.key.partition()).toList();
    }

    @Test
    void aSessionGrowsAndShrinksWithWhatItsRequestsSay() {
        FetchSession session = sessions.open(request(0, 0, List.of(0, 1, 2)), false, 0);

        FetchSessions.Found found = sessions.find(request(session.id(), 1, List.of(3), 1), false, 1);

        assertThat(found.error()).isEqualTo(Errors.NONE);
        assertThat(partitions(found.session())).containsExactly(0, 2, 3);
    }

    @Test
    void anUnknownIdAnEpochOutOfTurnAndAnotherWayOfNamingTopicsAreErrorsOfTheirOwn() {
        FetchSession session = sessions.open(request(0, 0, List.of(0)), false, 0);

        assertThat(sessions.find(request(999, 1, List.of()), false, 1).error())
                .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(sessions.find(request(session.id(), 2, List.of()), false, 1).error())
                .isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
        assertThat(sessions.find(request(session.id(), 1, List.of()), true, 1).error())
                .isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
    }

    @Test
    void aPartitionThatWasAnsweredGoesToTheEnd() {
        FetchSession session = sessions.open(request(0, 0, List.of(0, 1, 2)), false, 0);

        session.moveToEnd(session.entries().get(0));

        assertThat(partitions(session)).containsExactly(1, 2, 0);
    }

    @Test
    void aFullTableGivesASlotOnlyInPlaceOfASessionUnusedForTwoMinutes() {
        FetchSession old = sessions.open(request(0, 0, List.of(0)), false, 0);
        sessions.open(request(0, 0, List.of(0)), false, TimeUnit.SECONDS.toNanos(100));

        assertThat(sessions.open(request(0, 0, List.of(0)), false, TimeUnit.SECONDS.toNanos(119)))
                .isNull();
        assertThat(sessions.open(request(0, 0, List.of(0)), false, TimeUnit.SECONDS.toNanos(120)))
                .isNotNull();

        assertThat(sessions.count()).isEqualTo(2);
        assertThat(sessions.evictions()).isEqualTo(1);
        assertThat(sessions.find(request(old.id(), 1, List.of()), false, 0).error())
                .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }

    @Test
    void aClosedSessionIsGone() {
        FetchSession session = sessions.open(request(0, 0, List.of(0)), false, 0);

        sessions.close(session.id());

        assertThat(sessions.find(request(session.id(), 1, List.of()), false, 0).error())
                .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }

    @Test
    void partitionsOfAllSessionsTogetherAreBounded() {
        FetchSessions small = new FetchSessions(10, 5, nextId::getAndIncrement);
        FetchSession first = small.open(request(0, 0, List.of(0, 1, 2)), false, 0);

        assertThat(small.open(request(0, 0, List.of(0, 1, 2)), false, 0)).isNull();
        assertThat(small.find(request(first.id(), 1, List.of(3, 4, 5)), false, 1)
                        .error())
                .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(small.partitionCount()).isZero();
        assertThat(small.open(request(0, 0, List.of(0, 1, 2, 3, 4)), false, 0)).isNotNull();
        assertThat(small.partitionCount()).isEqualTo(5);
    }

    @Test
    @Timeout(10)
    void topicIdsChosenToHashAlikeDoNotSlowASessionDown() {
        List<FetchRequest.Topic> topics = new ArrayList<>();
        FetchRequest.Partition partition =
                request(0, 0, List.of(0)).topics().get(0).partitions().get(0);
        for (int i = 0; i < 50_000; i++) {
            // The hash of an id is that of its halves combined: equal halves give zero.
            topics.add(new FetchRequest.Topic(null, new UUID(i, i), List.of(partition)));
        }
        FetchRequest request =
                new FetchRequest((short) 13, null, -1, -1, 0, 1, 1000, (byte) 0, 0, 0, topics, List.of(), "");

        assertThat(new FetchSessions(2).open(request, true, 0).size()).isEqualTo(50_000);
    }
}
