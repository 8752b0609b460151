package io.millrace.verticles.main;

import io.millrace.verticles.config.ConfigException;
import io.millrace.verticles.config.HostPort;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.QuorumInfo.ReplicaState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;

/**
 * {@code millrace voters}: who votes on the metadata, and one voter more, less, or with another disk. A replacement is two
 * changes; when the second does not succeed, the same command goes on from there.
 *
 * <p>Thread: the main thread; waits about a minute at most.
 */
final class VotersCommand {
    private static final long CALL_S = 20;

    private final Admin admin;

    private VotersCommand(Admin admin) {
        this.admin = admin;
    }

    static int run(CommandLine.Voters asked) {
        LogSetup.errorsOnly();
        try {
            HostPort.parse(asked.bootstrap());
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    "--bootstrap: \"" + asked.bootstrap() + "\" is not an address: " + e.getMessage());
        }
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                asked.bootstrap(),
                "request.timeout.ms",
                (int) TimeUnit.SECONDS.toMillis(CALL_S) / 2,
                "default.api.timeout.ms",
                (int) TimeUnit.SECONDS.toMillis(CALL_S));
        try (Admin admin = Admin.create(settings)) {
            VotersCommand command = new VotersCommand(admin);
            command.change(asked);
            System.out.print(text(command.quorum()));
            return ExitCode.OK;
        } catch (KafkaException | java.util.concurrent.TimeoutException e) {
            System.err.println("millrace: " + Uncaught.summary(e));
            return ExitCode.FAILED;
        } catch (ExecutionException e) {
            System.err.println("millrace: " + e.getCause().getMessage());
            return ExitCode.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILED;
        }
    }

    private void change(CommandLine.Voters asked)
            throws ExecutionException, InterruptedException, java.util.concurrent.TimeoutException {
        if (asked.change() == CommandLine.Voters.Change.NONE) {
            return;
        }
        int id = asked.nodeId();
        QuorumInfo quorum = quorum();
        Optional<Uuid> votes = directory(quorum.voters(), id);
        Optional<Uuid> follows = directory(quorum.observers(), id);
        boolean removes = asked.change() != CommandLine.Voters.Change.ADD;
        boolean adds = asked.change() != CommandLine.Voters.Change.REMOVE;
        if (adds && follows.isEmpty()) {
            throw new KafkaException(
                    votes.isPresent()
                            ? "node " + id
                                    + " votes, and no other disk of it follows: start it with its new folder first"
                            : "node " + id + " does not follow the metadata: start it first");
        }
        if (removes && votes.isEmpty() && !adds) {
            throw new KafkaException("node " + id + " is no voter");
        }
        if (removes && votes.isPresent()) {
            untilDone(id, () -> admin.removeRaftVoter(id, votes.get()).all(), directory -> !directory.equals(votes));
            System.out.println("node " + id + " with directory " + votes.get() + " votes no more");
        }
        if (adds) {
            untilDone(id, () -> admin.addRaftVoter(id, follows.get(), Set.of()).all(), follows::equals);
            System.out.println("node " + id + " with directory " + follows.get() + " votes");
        }
    }

    private QuorumInfo quorum() throws ExecutionException, InterruptedException, java.util.concurrent.TimeoutException {
        return admin.describeMetadataQuorum().quorumInfo().get(CALL_S, TimeUnit.SECONDS);
    }

    private static Optional<Uuid> directory(List<ReplicaState> replicas, int id) {
        return replicas.stream()
                .filter(replica -> replica.replicaId() == id)
                .map(ReplicaState::replicaDirectoryId)
                .findFirst();
    }

    private interface Call {
        KafkaFuture<Void> begin();
    }

    private void untilDone(int id, Call call, Predicate<Optional<Uuid>> goal)
            throws ExecutionException, InterruptedException, java.util.concurrent.TimeoutException {
        OneVoterChange.Cluster cluster = new OneVoterChange.Cluster() {
            @Override
            public void change()
                    throws ExecutionException, InterruptedException, java.util.concurrent.TimeoutException {
                call.begin().get(CALL_S, TimeUnit.SECONDS);
            }

            @Override
            public OneVoterChange.Seen look()
                    throws ExecutionException, InterruptedException, java.util.concurrent.TimeoutException {
                QuorumInfo quorum = quorum();
                long end = quorum.voters().stream()
                        .filter(voter -> voter.replicaId() == quorum.leaderId())
                        .mapToLong(ReplicaState::logEndOffset)
                        .findFirst()
                        .orElse(Long.MAX_VALUE);
                return new OneVoterChange.Seen(
                        quorum.leaderEpoch(), directory(quorum.voters(), id), end, quorum.highWatermark());
            }
        };
        new OneVoterChange(cluster, goal).untilDone();
    }

    private static String text(QuorumInfo quorum) {
        return "controller " + quorum.leaderId() + ", epoch " + quorum.leaderEpoch() + "\n"
                + lines("voter", quorum.voters()) + lines("observer", quorum.observers());
    }

    private static String lines(String role, List<ReplicaState> replicas) {
        return replicas.stream()
                .map(replica -> role + " " + replica.replicaId() + ", directory " + replica.replicaDirectoryId()
                        + (replica.logEndOffset() < 0 ? ", has not been heard of\n" : "\n"))
                .collect(Collectors.joining());
    }
}
