package io.millrace.verticles.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.QuorumDescription;
import io.millrace.membership.QuorumDescription.Replica;
import io.millrace.membership.record.RegisterBrokerRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A lease of a thousand milliseconds. */
class LeadershipLeaseTest {
    private static final long SESSION_MS = 1_000;
    private static final long HEARTBEAT_MS = 250;
    private static final long AT_ONCE = -1;

    private final MetadataPublisher metadata = new MetadataPublisher();
    private final List<Boolean> cutOff = new ArrayList<>();
    private long nowMs = 50_000;
    private long leadsUntilMs = LeadershipLease.NEVER;
    private Optional<QuorumDescription> quorum = Optional.empty();
    private final LeadershipLease lease = new LeadershipLease(
            SESSION_MS,
            HEARTBEAT_MS,
            () -> nowMs,
            () -> quorum,
            metadata,
            new LeadershipLease.Holder(until -> leadsUntilMs = until, cutOff::add));

    @Test
    void itCountsFromWhenTheHeartbeatWasSent() {
        OptionalLong from = lease.sent(false);
        nowMs += 300;
        lease.answered(from, AT_ONCE);

        assertThat(leadsUntilMs).isEqualTo(50_000 + SESSION_MS);
    }

    @Test
    void itBeginsWhenTheMetadataHasWhatWasDecidedBefore() {
        lease.answered(lease.sent(false), 7);
        assertThat(leadsUntilMs).isEqualTo(LeadershipLease.NEVER);

        nowMs += 100;
        commitUpTo(7);

        assertThat(leadsUntilMs).isEqualTo(50_000 + SESSION_MS);
    }

    @Test
    void metadataThatIsAlwaysALittleLateDoesNotKeepItFromBeingRenewed() {
        lease.answered(lease.sent(false), 7);
        nowMs += 100;
        lease.answered(lease.sent(false), 9);
        commitUpTo(7);
        assertThat(leadsUntilMs).isEqualTo(50_000 + SESSION_MS);

        lease.answered(lease.sent(false), 11);
        commitUpTo(11);
        assertThat(leadsUntilMs).isEqualTo(50_100 + SESSION_MS);
    }

    @Test
    void anAnswerForWhichTheMetadataComesTooLateMakesWayForANewerOne() {
        lease.answered(lease.sent(false), 7);
        nowMs += SESSION_MS;
        lease.answered(lease.sent(false), 7);
        commitUpTo(7);

        assertThat(leadsUntilMs).isEqualTo(50_000 + 2 * SESSION_MS);
    }

    @Test
    void whoseLeaseIsOverIsCutOffUntilItHasAnother() {
        lease.answered(lease.sent(false), AT_ONCE);
        OptionalLong old = lease.sent(false);
        nowMs += SESSION_MS - 1;
        lease.look();
        assertThat(cutOff).isEmpty();

        nowMs += 1;
        lease.look();
        lease.look();
        assertThat(cutOff).containsExactly(true);

        lease.answered(old, AT_ONCE);
        assertThat(cutOff).as("an answer to what was sent before").containsExactly(true);
        lease.answered(lease.sent(false), 7);
        assertThat(cutOff).as("it knows too little").containsExactly(true);
        commitUpTo(7);
        assertThat(cutOff).containsExactly(true, false);
    }

    @Test
    void whoIsFencedHasNone() {
        lease.answered(lease.sent(false), AT_ONCE);
        lease.answered(lease.sent(false), 7);
        lease.withdraw();
        assertThat(leadsUntilMs).isEqualTo(LeadershipLease.NEVER);

        commitUpTo(7);
        assertThat(leadsUntilMs).as("what was under way").isEqualTo(LeadershipLease.NEVER);
    }

    @Test
    void onTheControllersNodeItCountsFromAMajorityAndABeatLater() {
        quorum = Optional.of(votersSeen(0, 30, 900));
        assertThat(lease.sent(true)).as("nothing is known of a beat ago").isEmpty();

        nowMs += HEARTBEAT_MS;
        quorum = Optional.of(votersSeen(0, 10, 1150));
        lease.answered(lease.sent(true), AT_ONCE);
        assertThat(leadsUntilMs).isEqualTo(50_000 - 30 + SESSION_MS);
    }

    /** A failed directory, another leader and a stop in order have a beat go out at once. */
    @Test
    void beatsThatFollowAtOnceDoNotMakeAContactOlder() {
        quorum = Optional.of(votersSeen(0, 30, 900));
        lease.sent(true);

        for (int beat = 1; beat < 5; beat++) {
            nowMs += HEARTBEAT_MS / 5;
            quorum = Optional.of(votersSeen(0, 1, 2));
            lease.answered(lease.sent(true), AT_ONCE);
            assertThat(leadsUntilMs).isEqualTo(LeadershipLease.NEVER);
        }
        nowMs += HEARTBEAT_MS / 5;
        lease.answered(lease.sent(true), AT_ONCE);
        assertThat(leadsUntilMs).as("nor keep it from counting").isEqualTo(50_000 - 30 + SESSION_MS);
    }

    @Test
    void aControllerWhomNoMajorityAsksKeepsNoLease() {
        quorum = Optional.of(votersSeen(0, 30, QuorumDescription.NEVER));
        lease.sent(true);
        nowMs += HEARTBEAT_MS;
        quorum = Optional.of(votersSeen(0, QuorumDescription.NEVER, QuorumDescription.NEVER));
        lease.answered(lease.sent(true), AT_ONCE);
        assertThat(leadsUntilMs).isEqualTo(50_000 - 30 + SESSION_MS);

        nowMs += HEARTBEAT_MS;
        lease.answered(lease.sent(true), AT_ONCE);
        assertThat(leadsUntilMs).isEqualTo(50_000 - 30 + SESSION_MS);
    }

    @Test
    void whoIsAloneHasItForEverUntilOthersCome() {
        lease.alone();
        assertThat(leadsUntilMs).isEqualTo(LeadershipLease.FOR_EVER);

        nowMs += 10 * SESSION_MS;
        lease.look();
        lease.shared();
        assertThat(leadsUntilMs).isEqualTo(nowMs + SESSION_MS);
        assertThat(cutOff).isEmpty();
    }

    private static QuorumDescription votersSeen(long... sinceFetchMs) {
        List<Replica> voters = new ArrayList<>();
        for (long since : sinceFetchMs) {
            voters.add(new Replica(voters.size() + 1, new UUID(1, 1), 0, since, since));
        }
        return new QuorumDescription(1, 1, 0, voters, List.of());
    }

    private void commitUpTo(long offset) {
        metadata.publish(metadata.image()
                .change()
                .replay(
                        offset,
                        1,
                        new RegisterBrokerRecord(
                                1,
                                new UUID(1, 1),
                                RegisterBrokerRecord.EPOCH_IS_OFFSET,
                                List.of(),
                                null,
                                List.of(),
                                true,
                                false))
                .delta());
    }
}
