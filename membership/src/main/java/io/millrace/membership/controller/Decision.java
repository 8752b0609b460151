package io.millrace.membership.controller;

import io.millrace.membership.image.ImageBuilder;
import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.MetadataRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * One command being decided: the image as the next step sees it, and the records so far. A record is in the image as
 * soon as it is added, by the same replay that the log will go through.
 *
 * <p>Thread: the controller's; one per command.
 */
final class Decision {
    private final ImageBuilder builder;
    private final List<MetadataRecord> records = new ArrayList<>();
    private final int epoch;
    private final long nowMs;
    private long nextOffset;
    private MetadataImage image;

    Decision(MetadataImage pending, long nextOffset, long nowMs) {
        this.image = pending;
        this.builder = pending.change();
        this.epoch = pending.highestEpoch();
        this.nextOffset = nextOffset;
        this.nowMs = nowMs;
    }

    long nowMs() {
        return nowMs;
    }

    MetadataImage image() {
        if (image == null) {
            image = builder.build();
        }
        return image;
    }

    void add(MetadataRecord record) {
        builder.replay(nextOffset++, epoch, record);
        records.add(record);
        image = null;
    }

    /** What the records changed. */
    MetadataDelta delta() {
        return builder.delta();
    }

    List<MetadataRecord> records() {
        return records;
    }

    /** The offset that the next record will have in the log. */
    long nextOffset() {
        return nextOffset;
    }
}
