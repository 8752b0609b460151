package io.millrace.verticles.controller;

import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.MetadataImage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The newest committed metadata of this node, and those who follow its changes.
 *
 * <p>Thread: {@link #image} and {@link #follow} from any; changes are published by the metadata's owner, one by one and in
 * order, and followers are called there: they must not block.
 */
public final class MetadataPublisher {
    private final List<Consumer<MetadataDelta>> followers = new CopyOnWriteArrayList<>();
    private volatile MetadataImage image = MetadataImage.EMPTY;

    public MetadataImage image() {
        return image;
    }

    /** Adds a follower; to miss nothing it must be added before the metadata is started. */
    public void follow(Consumer<MetadataDelta> follower) {
        followers.add(follower);
    }

    void publish(MetadataDelta delta) {
        image = delta.after();
        followers.forEach(follower -> follower.accept(delta));
    }
}
