package io.millrace.verticles.controller;

import io.millrace.membership.controller.Features;
import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.ImageBuilder;
import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.MetadataImage;
import io.millrace.membership.record.MetadataRecord;
import io.millrace.membership.record.RecordCodec;
import io.millrace.membership.record.RegisterBrokerRecord;
import java.util.List;
import java.util.function.Supplier;

/**
 * The metadata as far as this node has applied what the quorum committed, and who is told of it.
 *
 * <p>Thread: the metadata's owner.
 */
final class CommittedImage {
    private final int self;
    private final MetadataPublisher publisher;
    private MetadataImage image = MetadataImage.EMPTY;
    private boolean live;
    private MetadataShell.RegistrationListener registrations = (offset, incarnation, directories) -> {};

    /** Empty. */
    CommittedImage(int self, MetadataPublisher publisher) {
        this.self = self;
        this.publisher = publisher;
    }

    MetadataImage image() {
        return image;
    }

    void onRegistration(MetadataShell.RegistrationListener listener) {
        registrations = listener;
    }

    /** What the next batch changes; the followers are still to be told. */
    MetadataDelta apply(long baseOffset, int epoch, List<byte[]> records) {
        ImageBuilder change = image.change();
        for (int i = 0; i < records.size(); i++) {
            MetadataRecord record = RecordCodec.decode(records.get(i));
            change.replay(baseOffset + i, epoch, record);
            if (record instanceof RegisterBrokerRecord registered && registered.brokerId() == self) {
                registrations.registered(baseOffset + i, registered.incarnation(), registered.directories());
            }
        }
        MetadataDelta delta = change.delta();
        image = delta.after();
        checkFeatures();
        return delta;
    }

    /** Tells the followers, once they are told of every batch. */
    void publish(MetadataDelta delta) {
        if (live) {
            // Of what was touched: a batch costs what it changes, however much there is.
            publisher.publish(delta);
        }
    }

    /** Begins anew with a snapshot. */
    void load(long endOffset, int epoch, List<byte[]> records) {
        ImageBuilder change = MetadataImage.EMPTY.change();
        for (byte[] record : records) {
            change.replay(endOffset - 1, epoch, RecordCodec.decode(record));
        }
        image = change.build();
        checkFeatures();
        BrokerImage own = image.broker(self);
        if (own != null) {
            registrations.registered(own.epoch(), own.incarnation(), own.directories());
        }
        if (live) {
            publisher.publish(MetadataDelta.between(publisher.image(), image));
        }
    }

    /** The quorum halts the node on this: what a newer version wrote must not be half understood. */
    private void checkFeatures() {
        String unsupported = Features.unsupported(image);
        if (unsupported != null) {
            throw new IllegalStateException(unsupported);
        }
    }

    /**
     * From now on every commit is told to the followers; what was read back from the log until here is told as one step,
     * so that nobody opens what was deleted again later.
     */
    void goLive() {
        if (!live) {
            live = true;
            publisher.publish(MetadataDelta.between(publisher.image(), image));
        }
    }

    Supplier<List<byte[]>> capture() {
        MetadataImage captured = image;
        return () -> captured.toRecords().stream().map(RecordCodec::encode).toList();
    }
}
