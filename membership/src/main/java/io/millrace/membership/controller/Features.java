package io.millrace.membership.controller;

import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.ConfigRecord;
import io.millrace.membership.record.ConfigResource;
import io.millrace.membership.record.FeatureLevelRecord;

/**
 * The feature levels a new cluster starts with, and the ones this version can serve. A level above says that records
 * may be in the log that this version cannot read: it must not take part.
 *
 * <p>Thread: any; has no state.
 */
public final class Features {
    /** Which metadata records there may be. */
    public static final String METADATA = "millrace.metadata";
    /** Whether partitions keep eligible leaders beside their ISR (KIP-966). */
    public static final String ELIGIBLE_LEADERS = "eligible.leader.replicas.version";

    /** What this version can follow. */
    public static final short METADATA_LEVEL = 2;
    /** What a new cluster starts with: as long as nobody needs more, the build before can be gone back to. */
    public static final short FIRST_METADATA_LEVEL = 1;
    /** From here on the voters may change: every node goes by what the log says of them (rule Q6). */
    public static final short VOTERS_CHANGE_LEVEL = 2;

    public static final short ELIGIBLE_LEADERS_LEVEL = 1;

    private Features() {}

    /** A sentence when the image was made by a newer version than this node can follow, or null. */
    public static String unsupported(MetadataImage image) {
        int level = metadataLevel(image);
        return level <= METADATA_LEVEL
                ? null
                : "the cluster works with " + METADATA + " level " + level + ", this version knows up to "
                        + METADATA_LEVEL + ": use the build that raised it";
    }

    /** Lets the log have what this level brings; a node that does not know the level ends, and says why. */
    static void raise(Decision decision, short level) {
        if (metadataLevel(decision.image()) < level) {
            decision.add(new FeatureLevelRecord(METADATA, level));
        }
    }

    public static short metadataLevel(MetadataImage image) {
        return image.features().getOrDefault(METADATA, (short) 0);
    }

    /** What a new cluster needs before anything else; nothing for one that has it. */
    static void bootstrap(Decision decision, String minInsyncReplicas) {
        if (decision.image().features().containsKey(METADATA)) {
            return;
        }
        decision.add(new FeatureLevelRecord(METADATA, FIRST_METADATA_LEVEL));
        decision.add(new FeatureLevelRecord(ELIGIBLE_LEADERS, ELIGIBLE_LEADERS_LEVEL));
        // Eligible leaders mean something only if all nodes agree on the minimum: it lives in the log from the start.
        decision.add(new ConfigRecord(ConfigResource.ALL_BROKERS, "min.insync.replicas", minInsyncReplicas));
    }
}
