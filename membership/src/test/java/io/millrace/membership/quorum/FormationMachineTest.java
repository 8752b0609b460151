package io.millrace.membership.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.quorum.FormationMessage.Hello;
import io.millrace.membership.quorum.FormationMessage.Welcome;
import io.millrace.membership.quorum.FormationStore.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** How a node becomes part of a cluster, or is told why it cannot. */
class FormationMachineTest {
    private static final String FILE = "/data/quorum-state";
    private static final List<VoterAddress> THREE =
            List.of(new VoterAddress(1, "a", 1), new VoterAddress(2, "b", 2), new VoterAddress(3, "c", 3));
    private static final List<VoterAddress> ALONE = THREE.subList(0, 1);
    private static final VoterSet FOUNDERS = new VoterSet(Map.of(1, directory(1), 2, directory(2), 3, directory(3)));
    private static final Welcome WELCOME = new Welcome("theCluster", FOUNDERS, VoterAddress.hash(THREE));

    private record Sent(int to, FormationMessage message) {}

    private final List<Sent> sent = new ArrayList<>();
    private NodePromises persisting;
    private NodePromises formed;
    private String refused;
    private long nowMs = 1_000;

    private static UUID directory(int node) {
        return new UUID(7, node);
    }

    private FormationMachine start(int nodeId, List<VoterAddress> voters, Found found) {
        return start(new NodeIdentity(nodeId, Optional.empty(), voters), found);
    }

    private FormationMachine start(NodeIdentity me, Found found) {
        FormationMachine machine = new FormationMachine(
                me,
                found,
                new FormationMachine.Effects() {
                    @Override
                    public void send(int to, FormationMessage message) {
                        sent.add(new Sent(to, message));
                    }

                    @Override
                    public void persist(NodePromises promises) {
                        persisting = promises;
                    }

                    @Override
                    public void formed(NodePromises promises) {
                        formed = promises;
                    }

                    @Override
                    public void refused(String why) {
                        refused = why;
                    }
                },
                () -> "theCluster");
        machine.start(nowMs);
        return machine;
    }

    private static Found empty(int nodeId) {
        return new Found(directory(nodeId), Optional.empty(), Optional.empty(), false, false, false, FILE);
    }

    private static Found with(NodePromises promises) {
        return new Found(
                directory(promises.nodeId()),
                Optional.of(promises),
                Optional.of(promises.clusterId()),
                true,
                false,
                false,
                FILE);
    }

    private static NodePromises promises(int nodeId, String clusterId, VoterSet voters) {
        return new NodePromises(
                clusterId, nodeId, directory(nodeId), voters, VoterAddress.hash(THREE), new ElectionState(5, 2));
    }

    private static Hello hello(int nodeId) {
        return new Hello(directory(nodeId), VoterAddress.hash(THREE), Optional.empty());
    }

    @Test
    void aClusterOfOneFormsItselfWithoutAskingAnybody() {
        FormationMachine machine = start(1, ALONE, empty(1));
        machine.onPersisted(nowMs);

        assertThat(formed.voters()).isEqualTo(new VoterSet(Map.of(1, directory(1))));
        assertThat(formed.election()).isEqualTo(ElectionState.INITIAL);
        assertThat(sent).isEmpty();
        assertThat(machine.nextDeadlineMs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void theLowestIdFoundsTheClusterWhenItHasSeenAllVotersAndNotesTheirDirectories() {
        FormationMachine machine = start(1, THREE, empty(1));
        machine.onMessage(2, hello(2), nowMs);
        assertThat(persisting).as("on a subset").isNull();

        machine.onMessage(3, hello(3), nowMs);
        assertThat(persisting.voters()).isEqualTo(FOUNDERS);
        assertThat(formed).as("before it is durable").isNull();
        sent.clear();
        machine.onPersisted(nowMs);

        assertThat(formed.clusterId()).isEqualTo("theCluster");
        assertThat(sent).contains(new Sent(2, WELCOME), new Sent(3, WELCOME));
    }

    @Test
    void aVoterThatWasSeenLongAgoDoesNotCount() {
        FormationMachine machine = start(1, THREE, empty(1));
        machine.onMessage(2, hello(2), nowMs);

        machine.onMessage(3, hello(3), nowMs + FormationMachine.FRESH_MS + 1);

        assertThat(persisting).isNull();
    }

    @Test
    void nobodyButTheLowestIdFounds() {
        FormationMachine machine = start(2, THREE, empty(2));
        machine.onMessage(1, hello(1), nowMs);
        machine.onMessage(3, hello(3), nowMs);

        assertThat(persisting).isNull();
    }

    @Test
    void aVoterWhoseDirectoryWasNotedJoinsAsVoterAlsoAfterACrash() {
        FormationMachine machine = start(2, THREE, empty(2));
        machine.onMessage(3, WELCOME, nowMs);
        machine.onPersisted(nowMs);

        assertThat(formed.isVoter()).isTrue();
        assertThat(formed.election()).isEqualTo(ElectionState.INITIAL);
    }

    @Test
    void q6AVoterWithAnEmptiedDiskObserves() {
        Found replaced = new Found(new UUID(8, 2), Optional.empty(), Optional.empty(), false, false, false, FILE);
        FormationMachine machine = start(2, THREE, replaced);
        machine.onMessage(1, WELCOME, nowMs);
        machine.onPersisted(nowMs);

        assertThat(formed.isVoter()).isFalse();
        assertThat(formed.voters()).isEqualTo(FOUNDERS);
    }

    @Test
    void q6AFolderThatWasPartOfAClusterAndLostItsPromisesIsRefused() {
        Found lost = new Found(directory(2), Optional.empty(), Optional.of("theCluster"), true, false, false, FILE);

        start(2, THREE, lost);

        assertThat(refused).contains("is missing").contains("must not vote again");
    }

    @Test
    void aNodeThatIsNoVoterJoinsWithoutAVote() {
        FormationMachine machine = start(9, THREE, empty(9));
        assertThat(sent).extracting(Sent::to).containsExactly(1, 2, 3);
        machine.onMessage(1, hello(1), nowMs);
        machine.onMessage(2, WELCOME, nowMs);
        machine.onPersisted(nowMs);

        assertThat(formed.isVoter()).isFalse();
    }

    @Test
    void otherVotersAreRefusedWhenAClusterForms() {
        FormationMachine machine = start(1, THREE, empty(1));

        machine.onMessage(2, new Hello(directory(2), "another", Optional.empty()), nowMs);

        assertThat(refused)
                .isEqualTo("node 2 was given other cluster.voters than node 1: they must be the same on all voters when"
                        + " a cluster forms");
    }

    @Test
    void aFormattedFolderIsWhatItWasWhateverTheVotersAre() {
        NodePromises stored = promises(1, "theCluster", FOUNDERS);

        start(1, ALONE, with(stored));

        assertThat(formed).isEqualTo(stored);
        assertThat(persisting).isNull();
    }

    @Test
    void aFormattedNodeAnswersThoseWhoAsk() {
        FormationMachine machine = start(1, THREE, with(promises(1, "theCluster", FOUNDERS)));
        sent.clear();

        machine.onMessage(2, hello(2), nowMs);

        assertThat(sent).containsExactly(new Sent(2, WELCOME));
    }

    @Test
    void aNodeOfAnotherClusterIsRefusedWhenAMajorityOfItsVotersSaysSo() {
        FormationMachine machine = start(3, THREE, with(promises(3, "mine", FOUNDERS)));
        machine.onMessage(1, WELCOME, nowMs);
        assertThat(refused).as("one could be the stranger itself").isNull();

        machine.onMessage(2, WELCOME, nowMs);

        assertThat(refused)
                .isEqualTo(FILE + " belongs to cluster mine, but the voters [1, 2] that this node was given are part of"
                        + " cluster theCluster");
    }

    @Test
    void whoHasMetItsOwnClusterIsNotScaredByStrangers() {
        FormationMachine machine = start(3, THREE, with(promises(3, "theCluster", FOUNDERS)));
        machine.onMessage(1, WELCOME, nowMs);
        machine.onMessage(1, new Welcome("other", FOUNDERS, ""), nowMs);
        machine.onMessage(2, new Welcome("other", FOUNDERS, ""), nowMs);

        assertThat(refused).isNull();
        assertThat(machine.nextDeadlineMs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anEmptyNodeThatMustBePartOfOneClusterDoesNotJoinAnother() {
        FormationMachine machine = start(new NodeIdentity(9, Optional.of("mine"), THREE), empty(9));

        machine.onMessage(1, WELCOME, nowMs);

        assertThat(refused).isEqualTo("node 1 belongs to cluster theCluster, " + FILE + " to cluster mine");
    }

    @Test
    void aFolderOfAnotherNodeClusterOrDirectoryIsRefusedInOneSentence() {
        start(
                1,
                THREE,
                new Found(
                        directory(1),
                        Optional.of(promises(2, "theCluster", FOUNDERS)),
                        Optional.empty(),
                        true,
                        false,
                        false,
                        FILE));
        assertThat(refused).isEqualTo(FILE + " was formed with node 2, this node was started with node 1");

        start(new NodeIdentity(1, Optional.of("other"), THREE), with(promises(1, "theCluster", FOUNDERS)));
        assertThat(refused)
                .isEqualTo(FILE + " was formed with cluster theCluster, this node was started with cluster other");

        start(
                1,
                THREE,
                new Found(
                        new UUID(9, 9),
                        Optional.of(promises(1, "theCluster", FOUNDERS)),
                        Optional.empty(),
                        true,
                        false,
                        false,
                        FILE));
        assertThat(refused).contains("was formed with directory " + directory(1));
    }

    @Test
    void aFolderWithDataButWithoutPromisesIsNotFormedAnew() {
        start(1, ALONE, new Found(directory(1), Optional.empty(), Optional.of("abc"), true, true, false, FILE));
        assertThat(refused).contains("is missing but the log directory holds data of cluster abc");

        start(1, ALONE, new Found(directory(1), Optional.empty(), Optional.of("abc"), false, false, true, FILE));
        assertThat(refused).contains("is missing but another log directory holds data of cluster abc");
    }

    /** Its topics may all be without records: no folder is missed, and yet it would forget them. */
    @Test
    void aNodeAloneThatWasPartOfAClusterAndLostItsPromisesFoundsNoOther() {
        start(1, ALONE, new Found(directory(1), Optional.empty(), Optional.of("abc"), true, false, false, FILE));
        assertThat(refused).contains("is missing but its log directory was part of cluster abc");
        assertThat(persisting).isNull();

        start(1, ALONE, new Found(directory(1), Optional.empty(), Optional.of("abc"), false, false, false, FILE));
        assertThat(refused).contains("is missing but another log directory was part of cluster abc");
        assertThat(persisting).isNull();
    }
}
