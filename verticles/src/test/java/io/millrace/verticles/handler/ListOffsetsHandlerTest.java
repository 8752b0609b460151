package io.millrace.verticles.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.TimestampOutcome;
import io.millrace.protocol.Errors;
import io.vertx.core.Promise;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.junit.jupiter.api.Test;

class ListOffsetsHandlerTest {
    private static final short NEW = 7;
    private static final short OLD = 4;

    private static ListOffsetsPartitionResponse settled(
            TimestampOutcome outcome, boolean latestIsKnown, short version) {
        ListOffsetsPartitionResponse answer = new ListOffsetsPartitionResponse();
        Promise<Void> done = Promise.promise();
        ListOffsetsHandler.settle(outcome, latestIsKnown, version, answer, done);
        assertThat(done.future().succeeded()).isTrue();
        return answer;
    }

    @Test
    void aNewLeaderDoesNotSayNoneWhileItDoesNotShowAllThatItsPredecessorMayHaveShown() {
        assertThat(settled(TimestampOutcome.NotFound.INSTANCE, false, NEW).errorCode())
                .isEqualTo(Errors.OFFSET_NOT_AVAILABLE.code());
        assertThat(settled(TimestampOutcome.NotFound.INSTANCE, false, OLD).errorCode())
                .isEqualTo(Errors.LEADER_NOT_AVAILABLE.code());
    }

    @Test
    void whatIsFoundIsSaidAtOnceAndNoneWhenAllIsShown() {
        assertThat(settled(new TimestampOutcome.Found(5, 6, 7), false, NEW).offset())
                .isEqualTo(5);
        assertThat(settled(TimestampOutcome.NotFound.INSTANCE, true, NEW).errorCode())
                .isEqualTo(Errors.NONE.code());
    }
}
