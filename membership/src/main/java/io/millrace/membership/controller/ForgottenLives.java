package io.millrace.membership.controller;

import io.millrace.membership.image.BrokerImage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * What was known of the lives that were unregistered last, in case one of them goes on: a process that registers again has what it had.
 * Soft state of the active controller; of whom it does not remember nothing is believed.
 *
 * <p>Thread: the controller's.
 */
final class ForgottenLives {
    static final int MOST = 100;

    private final Map<Integer, BrokerImage> lives = new LinkedHashMap<>();

    void add(BrokerImage life) {
        lives.remove(life.id());
        lives.put(life.id(), life);
        if (lives.size() > MOST) {
            lives.remove(lives.keySet().iterator().next());
        }
    }

    /** Whoever registers takes its place: the life that was forgotten if it is the same one, else null. */
    BrokerImage take(int id, UUID incarnation) {
        BrokerImage life = lives.remove(id);
        return life != null && life.incarnation().equals(incarnation) ? life : null;
    }

    void clear() {
        lives.clear();
    }
}
