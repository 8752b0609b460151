package io.millrace.verticles.controller;

import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.image.MetadataImage;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The newest committed metadata of this node, and those who follow its changes or wait for one.
 *
 * <p>Thread: {@link #image} and {@link #follow} from any; changes are published by the metadata's owner, one by one and in
 * order, and followers are called there: they must not block.
 */
public final class MetadataPublisher {
    private final List<Consumer<MetadataDelta>> followers = new CopyOnWriteArrayList<>();
    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>();
    private volatile MetadataImage image = MetadataImage.EMPTY;

    /** Thread: the metadata's owner. */
    private record Waiter(long offset, Runnable task) implements Comparable<Waiter> {
        @Override
        public int compareTo(Waiter other) {
            return Long.compare(offset, other.offset);
        }
    }

    public MetadataImage image() {
        return image;
    }

    /** Adds a follower; to miss nothing it must be added before the metadata is started. */
    public void follow(Consumer<MetadataDelta> follower) {
        followers.add(follower);
    }

    /**
     * Runs the task when the followers have been told of everything up to this offset; at once if they have. Thread: the
     * metadata's owner.
     *
     * @return takes the task back
     */
    Runnable whenReached(long offset, Runnable task) {
        if (image.highestOffset() >= offset) {
            task.run();
            return () -> {};
        }
        Waiter waiter = new Waiter(offset, task);
        waiters.add(waiter);
        return () -> waiters.removeIf(other -> other == waiter);
    }

    void publish(MetadataDelta delta) {
        image = delta.after();
        followers.forEach(follower -> follower.accept(delta));
        while (!waiters.isEmpty() && waiters.peek().offset() <= image.highestOffset()) {
            waiters.remove().task().run();
        }
    }
}
