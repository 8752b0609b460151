package io.millrace.verticles.controller;

import io.millrace.log.store.LogDirectory;
import io.millrace.membership.quorum.FormationException;
import io.millrace.verticles.controller.BrokerLivesFile.Kept;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the data directory of the metadata is an older copy of itself, put back from a backup: it has forgotten votes
 * and records that this node acknowledged in its name, so it must not vote.
 *
 * <p>Every process notes itself here before it registers ({@link BrokerLivesFile}), and the cluster remembers who registered
 * with which directories. So a registration with this very directory, later than the last one that this directory's metadata
 * has had, by a process that is not noted, was made out of a newer content than this. No crash leaves that behind. Nor does a
 * build that notes nothing, to which somebody went back for a while: it keeps the epoch of its registration in this directory.
 *
 * <p>A node that decides alone notes nothing: nobody else knows better. There the metadata must reach as far as the epoch
 * that the broker keeps ({@link #provenEnd}).
 *
 * <p>Thread: the metadata's owner, save {@link #provenEnd}, which blocks and is called before all others.
 */
public final class OldCopyWatch {
    /** Lives from before the last registration that was seen: one of them may have asked late. */
    private static final int LIVES_KEPT = 8;

    private static final Logger log = LoggerFactory.getLogger(OldCopyWatch.class);

    private final Vertx vertx;
    private final List<Path> paths;
    private final UUID directoryId;
    private final UUID incarnation;
    private final BrokerLivesFile file;
    private final CompletableFuture<FormationException> refusal = new CompletableFuture<>();
    private volatile Optional<Kept> kept = Optional.empty();
    /** The last registration of which the directory itself tells, whoever wrote it. */
    private volatile long keptEpoch = BrokerEpochFile.UNKNOWN;

    private BooleanSupplier voter = () -> false;
    private boolean noted;
    private boolean over;

    /** @param directories of the node, the one of the metadata first */
    public OldCopyWatch(Vertx vertx, List<LogDirectory> directories, UUID incarnation) {
        this(
                vertx,
                directories.stream().map(LogDirectory::path).toList(),
                directories.get(0).directoryId(),
                incarnation);
    }

    OldCopyWatch(Vertx vertx, List<Path> paths, UUID directoryId, UUID incarnation) {
        this.vertx = vertx;
        this.paths = paths;
        this.directoryId = directoryId;
        this.incarnation = incarnation;
        this.file = new BrokerLivesFile(paths.get(0));
    }

    /**
     * How far the metadata of this directory has reached for certain; 0 when nothing says so. Blocks.
     *
     * @param founderAlone the cluster was founded with this node as its only voter
     */
    public long provenEnd(boolean founderAlone) {
        kept = file.read();
        keptEpoch = new BrokerEpochFile(paths.get(0)).read().epoch();
        if (kept.isPresent()) {
            return kept.get().voter() ? kept.get().applied() + 1 : 0;
        }
        return founderAlone ? EpochKeeper.newest(paths) + 1 : 0;
    }

    /**
     * Notes this process, durably; to be waited for before it registers.
     *
     * @param alone whether this node decides alone
     * @param isVoter asked later: whether this node votes
     */
    public Future<Void> begin(boolean alone, BooleanSupplier isVoter) {
        voter = isVoter;
        if (alone && kept.isEmpty()) {
            return Future.succeededFuture();
        }
        noted = true;
        Kept now = kept.orElse(Kept.NOTHING).with(incarnation);
        return vertx.executeBlocking(() -> {
            file.write(now);
            return null;
        });
    }

    /** A committed registration of this node, in the order of the log. */
    public void registered(long offset, UUID life, List<UUID> directories) {
        if (over) {
            return;
        }
        Kept known = kept.orElse(Kept.NOTHING);
        if (life.equals(incarnation)) {
            over = true;
            if (noted) {
                List<UUID> lives = known.with(incarnation).lives();
                Kept now = new Kept(offset, voter.getAsBoolean(), Kept.newest(lives, LIVES_KEPT));
                vertx.executeBlocking(() -> {
                            file.write(now);
                            return null;
                        })
                        .onFailure(failure -> log.warn(
                                "{} could not be brought up to date: {}", BrokerLivesFile.NAME, failure.getMessage()));
            }
        } else if (known.applied() != BrokerLivesFile.NONE
                && offset > Math.max(known.applied(), keptEpoch)
                && !known.lives().contains(life)
                && directories.contains(directoryId)) {
            over = true;
            olderCopy(offset);
        }
    }

    private void olderCopy(long offset) {
        String what = "log directory " + paths.get(0) + " is an older copy: a process that this copy does not know has"
                + " registered out of it since (offset " + offset + " of the metadata)";
        if (voter.getAsBoolean()) {
            refusal.complete(new FormationException(
                    what + "; what this node promised as a voter after the copy was made is forgotten and it must not"
                            + " vote: put the newest content back, or empty the directory, start, and give it its vote"
                            + " with 'millrace voters --replace'"));
        } else {
            log.warn("{}; it is no voter's, and its replicas are copied from the others", what);
        }
    }

    /** Completes when it turns out that this node must not go on. */
    public CompletionStage<FormationException> refused() {
        return refusal;
    }
}
