package io.millrace.membership.controller;

import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.image.PartitionImage;
import io.millrace.membership.image.TopicImage;
import io.millrace.membership.record.PartitionChangeRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers {@link ElectLeaders}.
 *
 * <p>Thread: the controller's.
 */
final class AskedElections {
    private final LeaderElection election;

    AskedElections(LeaderElection election) {
        this.election = election;
    }

    ElectLeaders.Outcome decide(ElectLeaders command, Decision decision) {
        List<ElectLeaders.Result> results = new ArrayList<>();
        if (command.partitions() == null) {
            MetadataImage image = decision.image();
            for (TopicImage topic : image.topics()) {
                for (PartitionImage partition : topic.partitions()) {
                    if (isNeeded(command, partition)) {
                        results.add(elect(command, topic, partition, decision));
                    }
                }
            }
        } else {
            for (ElectLeaders.Partition asked : command.partitions()) {
                results.add(elect(command, asked, decision));
            }
        }
        return new ElectLeaders.Outcome(results);
    }

    private ElectLeaders.Result elect(ElectLeaders command, ElectLeaders.Partition asked, Decision decision) {
        TopicImage topic = decision.image().topic(asked.topic());
        if (topic == null) {
            return refused(asked, ControllerError.UNKNOWN_TOPIC_OR_PARTITION, "No such topic as " + asked.topic());
        }
        PartitionImage partition = topic.partition(asked.partition());
        if (partition == null) {
            return refused(
                    asked,
                    ControllerError.UNKNOWN_TOPIC_OR_PARTITION,
                    "No such partition as " + asked.topic() + "-" + asked.partition());
        }
        return isNeeded(command, partition)
                ? elect(command, topic, partition, decision)
                : refused(
                        asked, ControllerError.ELECTION_NOT_NEEDED, "Leader election not needed for topic partition.");
    }

    private static ElectLeaders.Result refused(ElectLeaders.Partition asked, ControllerError error, String message) {
        return new ElectLeaders.Result(asked.topic(), asked.partition(), error, message);
    }

    private static boolean isNeeded(ElectLeaders command, PartitionImage partition) {
        return command.unclean() ? !partition.hasLeader() : partition.leader() != partition.preferredLeader();
    }

    private ElectLeaders.Result elect(
            ElectLeaders command, TopicImage topic, PartitionImage partition, Decision decision) {
        PartitionTransition transition = election.transition(topic, partition, decision.image());
        PartitionChangeRecord record =
                (command.unclean() ? transition.uncleanly() : transition.preferFirst()).record(topic.id());
        int wanted = partition.preferredLeader();
        boolean elected = record != null && (command.unclean() ? record.leader() >= 0 : record.leader() == wanted);
        if (elected) {
            decision.add(record);
            return new ElectLeaders.Result(topic.name(), partition.partition(), ControllerError.NONE, null);
        }
        return command.unclean()
                ? new ElectLeaders.Result(
                        topic.name(),
                        partition.partition(),
                        ControllerError.ELIGIBLE_LEADERS_NOT_AVAILABLE,
                        "Eligible topic partition leaders are not available.")
                : new ElectLeaders.Result(
                        topic.name(),
                        partition.partition(),
                        ControllerError.PREFERRED_LEADER_NOT_AVAILABLE,
                        "The preferred leader was not available.");
    }
}
