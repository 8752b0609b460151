package io.millrace.simulation;

import io.millrace.log.compact.KeyHash;
import io.millrace.verticles.shard.Shard;
import java.nio.ByteBuffer;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.message.OffsetCommitRequestData;

/**
 * What a simulated cluster does wrong on purpose, to show that its invariants notice; nothing unless asked for.
 *
 * <p>Thread: the simulation's only thread.
 */
final class PlantedBugs {
    private BiConsumer<SimLife, Shard> planted = (life, shard) -> {};
    private UnaryOperator<byte[]> frames = UnaryOperator.identity();
    private boolean believesLostEpochs;
    private boolean electsUncleanly;
    private boolean takesAnyGeneration;
    private boolean takesKeysForOne;

    /** A broker shows the epoch of its last life although its page cache is lost (breaks rule B13). */
    PlantedBugs believingLostEpochs() {
        believesLostEpochs = true;
        return this;
    }

    boolean believesLostEpochs() {
        return believesLostEpochs;
    }

    /** The controller elects whoever lives when nobody in sync does (breaks rule I15). */
    PlantedBugs electingUncleanly() {
        electsUncleanly = true;
        return this;
    }

    boolean electsUncleanly() {
        return electsUncleanly;
    }

    /** Commits of earlier generations are taken as those of the present one. */
    PlantedBugs takingAnyGeneration() {
        takesAnyGeneration = true;
        return this;
    }

    void bendCommit(OffsetCommitRequestData commit, GroupLedger ledger) {
        String group = commit.groupId();
        if (takesAnyGeneration && commit.generationIdOrMemberEpoch() < ledger.latest(group)) {
            commit.setGenerationIdOrMemberEpoch(ledger.latest(group)).setMemberId(ledger.memberOfLatest(group));
        }
    }

    /** Done to each shard of each process as it is made. */
    PlantedBugs planting(BiConsumer<SimLife, Shard> bug) {
        planted = bug;
        return this;
    }

    void plant(SimLife life, Shard shard) {
        planted.accept(life, shard);
    }

    /** Compaction takes all keys for one. */
    PlantedBugs takingKeysForOne() {
        takesKeysForOne = true;
        return this;
    }

    boolean takesKeysForOne() {
        return takesKeysForOne;
    }

    KeyHash bent(KeyHash hash) {
        return !takesKeysForOne
                ? hash
                : new KeyHash(0, 0) {
                    @Override
                    public void of(ByteBuffer key) {
                        super.of(ByteBuffer.allocate(0));
                    }
                };
    }

    /** What becomes of each frame of replication on its way. */
    PlantedBugs bending(UnaryOperator<byte[]> change) {
        frames = change;
        return this;
    }

    byte[] frame(byte[] bytes) {
        return frames.apply(bytes);
    }
}
