package io.millrace.simulation;

import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.UnregisterBroker;
import java.util.Random;

/**
 * Whoever unregisters brokers, dead ones and such that live, and asks again until it is done, as {@code UnregisterBrokerHandler}.
 *
 * <p>Thread: the simulation's only thread.
 */
final class SimUnregistering {
    private static final long ASK_AGAIN_MS = 100;
    private static final int MOST_QUESTIONS = 300;
    private static final long LOOKS_MS = 1_000;
    /** What a node asked for that has heard nothing may still be done so much later. */
    private static final long LATE_MS = 6_000;

    /** Thread: the simulation's only thread. */
    private static final class Wish {
        final int broker;
        boolean stoodDown;
        /** Some question's answer is not known: it may still be on its way to a controller. */
        boolean mayComeLate;

        Wish(int broker) {
            this.broker = broker;
        }
    }

    private final ClusterWorld world;
    private final Random random;
    private int underWay;
    private long done;
    private long stoodDown;

    SimUnregistering(ClusterWorld world) {
        this.world = world;
        this.random = world.simulation().random("unregistering");
    }

    void unregister(int broker) {
        underWay++;
        ask(new Wish(broker), MOST_QUESTIONS);
    }

    private void ask(Wish wish, int questions) {
        SimBroker asked = world.anyServing(random);
        if (questions == 0) {
            end(wish);
        } else if (asked == null) {
            later(ASK_AGAIN_MS, () -> ask(wish, questions - 1));
        } else {
            ask(wish, questions, asked, asked.life());
        }
    }

    private void ask(Wish wish, int questions, SimBroker asked, SimLife life) {
        boolean[] answered = new boolean[1];
        life.gateway().submit(new UnregisterBroker(wish.broker)).onComplete(outcome -> {
            answered[0] = true;
            boolean standsDown = outcome.succeeded() && outcome.result().error() == ControllerError.REQUEST_TIMED_OUT;
            if (standsDown && !wish.stoodDown) {
                wish.stoodDown = true;
                stoodDown++;
            }
            if (outcome.failed() || standsDown) {
                wish.mayComeLate |= outcome.failed();
                later(ASK_AGAIN_MS, () -> ask(wish, questions - 1));
                return;
            }
            if (outcome.result().error() == ControllerError.NONE) {
                done++;
                world.tell("node " + wish.broker + " is unregistered");
            }
            end(wish);
        });
        watch(wish, questions, asked, life, answered);
    }

    /** Who dies tells nobody what became of it. */
    private void watch(Wish wish, int questions, SimBroker asked, SimLife life, boolean[] answered) {
        later(LOOKS_MS, () -> {
            if (!answered[0] && asked.life() == life) {
                watch(wish, questions, asked, life, answered);
            } else if (!answered[0]) {
                wish.mayComeLate = true;
                ask(wish, questions - 1);
            }
        });
    }

    private void end(Wish wish) {
        later(wish.mayComeLate ? LATE_MS : 0, () -> underWay--);
    }

    private void later(long delayMs, Runnable task) {
        world.simulation().scheduler().after(delayMs, "unregister", task);
    }

    /** Some broker may still be unregistered. */
    boolean isUnderWay() {
        return underWay > 0;
    }

    /** Brokers that were unregistered, as far as is known. */
    long done() {
        return done;
    }

    /** Brokers that somebody wanted to unregister and that were alive, for all the controller knew. */
    long stoodDown() {
        return stoodDown;
    }
}
