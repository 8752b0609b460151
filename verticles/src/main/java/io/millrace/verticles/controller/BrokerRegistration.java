package io.millrace.verticles.controller;

import io.millrace.log.Owner;
import io.millrace.log.store.LogDirectory;
import io.millrace.membership.controller.BrokerHeartbeat;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.controller.RegisterBroker;
import io.millrace.membership.image.BrokerImage;
import io.millrace.membership.image.MetadataDelta;
import io.millrace.membership.quorum.QuorumPorts;
import io.millrace.verticles.config.ConfigException;
import io.millrace.verticles.node.ControllerGateway;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This broker's life as the controller knows it: registered and fenced, unfenced when it has applied what the cluster decided
 * about it, kept alive by heartbeats, registered again when the controller does not know this life of it, and gone when what
 * it led was handed over.
 *
 * <p>One timer. A controller in the same process needs no heartbeats: while it decides, its broker lives. Only the {@link
 * LeadershipLease} does, and nobody could lead instead of the only broker; so a cluster of one has none once it serves.
 *
 * <p>Thread: the metadata's owner; {@link #register}, {@link #leave} and {@link #brokerEpoch} from any.
 */
public final class BrokerRegistration {
    /** Before the controller is asked again while somebody waits for its answer. */
    static final long ASK_AGAIN_MS = 50;
    /** A predecessor that was killed is forgotten within one session; what still lives then is another process. */
    static final long DUPLICATE_PATIENCE_MS = 10_000;

    private static final Logger log = LoggerFactory.getLogger(BrokerRegistration.class);

    /** Where the broker stands. */
    private enum State {
        NEW,
        REGISTERING,
        REGISTERED,
        LEAVING,
        LEFT
    }

    /** Keeps the epoch of the last registration over a restart. Thread: any. */
    public interface Epochs {
        Future<Long> read();

        Future<Void> write(long epoch);
    }

    /**
     * What the registration works with.
     *
     * @param offlineDirectories log directories that have failed, and whose replicas the controller knows to be gone
     * @param halted told in one sentence when this process must not go on as this broker
     * @param lease kept by heartbeats
     * @param heartbeatMs how often a controller elsewhere is told that this broker lives
     *     <p>Thread: immutable.
     */
    public record Parts(
            int brokerId,
            Owner owner,
            QuorumPorts.Alarm alarm,
            ControllerGateway controller,
            MetadataPublisher metadata,
            Epochs epochs,
            Supplier<List<UUID>> offlineDirectories,
            Consumer<String> halted,
            LeadershipLease lease,
            int heartbeatMs) {}

    private final Parts parts;
    private final Promise<Void> unfenced = Promise.promise();
    private final Promise<Void> left = Promise.promise();
    private State state = State.NEW;
    private LongFunction<RegisterBroker> command;
    private volatile long brokerEpoch = BrokerEpochFile.UNKNOWN;
    private long duplicateForMs;
    private boolean fenced = true;
    private boolean beating;
    private Supplier<Future<Void>> registeredAgain = Future::succeededFuture;
    /** The controller does not know yet what this life misses: until then it must not let it serve. */
    private boolean untold;

    private Runnable cancelAlarm = () -> {};
    private Runnable cancelDeadline = () -> {};

    public BrokerRegistration(Parts parts) {
        this.parts = parts;
        parts.metadata().follow(this::brokersChanged);
    }

    /** The epoch as it is kept in these data directories. */
    public static Epochs keptIn(Vertx vertx, List<LogDirectory> directories) {
        return EpochKeeper.of(vertx, directories);
    }

    /**
     * Registers and gets unfenced, however long a controller is waited for; fails only when refused for good.
     *
     * @param registration makes the command from the epoch of the last one, -1 when that is not known
     */
    public Future<Void> register(LongFunction<RegisterBroker> registration) {
        parts.owner().execute(() -> {
            command = registration;
            parts.metadata().follow(delta -> parts.owner().execute(() -> imageChanged(delta)));
            parts.epochs().read().onComplete(read -> parts.owner()
                    .execute(() -> ask(read.succeeded() ? read.result() : BrokerEpochFile.UNKNOWN)));
        });
        return unfenced.future();
    }

    private void ask(long previousEpoch) {
        if (state == State.LEFT) {
            return;
        }
        state = State.REGISTERING;
        parts.controller().submit(command.apply(previousEpoch)).onComplete(done -> parts.owner()
                .execute(() -> {
                    if (state != State.REGISTERING) {
                        return;
                    }
                    if (done.failed()) {
                        askAgain(previousEpoch, done.cause());
                    } else if (done.result().error() == ControllerError.NONE) {
                        duplicateForMs = 0;
                        registered(done.result().brokerEpoch());
                    } else {
                        refused(done.result(), previousEpoch);
                    }
                }));
    }

    private void askAgain(long previousEpoch, Throwable failure) {
        if (failure instanceof ControllerException) {
            setAlarm(ASK_AGAIN_MS, () -> ask(previousEpoch));
        } else {
            giveUp(new IllegalStateException("this broker can not be registered", failure));
        }
    }

    private void refused(RegisterBroker.Outcome outcome, long previousEpoch) {
        String why = "this process can not be broker " + parts.brokerId() + ": " + outcome.error()
                + (outcome.message() == null ? "" : ", " + outcome.message());
        if (outcome.error() == ControllerError.DUPLICATE_BROKER_REGISTRATION
                && duplicateForMs < DUPLICATE_PATIENCE_MS) {
            if (duplicateForMs == 0) {
                log.warn("{} (asking again for {} s)", why, TimeUnit.MILLISECONDS.toSeconds(DUPLICATE_PATIENCE_MS));
            }
            duplicateForMs += ASK_AGAIN_MS;
            setAlarm(ASK_AGAIN_MS, () -> ask(previousEpoch));
        } else {
            giveUp(new ConfigException(why));
        }
    }

    private void giveUp(RuntimeException why) {
        end();
        if (!unfenced.tryFail(why)) {
            parts.halted().accept(why.getMessage());
        }
    }

    /** The node is to stop before it is registered and unfenced: that is waited for no longer. Thread: any. */
    public void giveUp() {
        parts.owner().execute(() -> {
            if (unfenced.tryFail(new CancellationException("stopped before it was registered"))) {
                end();
            }
        });
    }

    private void registered(long epoch) {
        boolean again = brokerEpoch != BrokerEpochFile.UNKNOWN && brokerEpoch != epoch;
        brokerEpoch = epoch;
        fenced = true;
        parts.lease().withdraw();
        parts.epochs().write(epoch).onComplete(written -> parts.owner().execute(() -> {
            if (written.failed()) {
                giveUp(new IllegalStateException("the broker's epoch can not be kept", written.cause()));
            } else if (state == State.REGISTERING) {
                state = State.REGISTERED;
                if (again) {
                    tellAgain(epoch);
                }
                beat();
            }
        }));
    }

    /**
     * Names who is told when this process has registered anew, since the cluster had forgotten it (UnregisterBroker): what it had
     * told of itself it must tell again, and stays fenced until that was heard. Thread: any.
     */
    public void onRegisteredAgain(Supplier<Future<Void>> listener) {
        parts.owner().execute(() -> registeredAgain = listener);
    }

    private void tellAgain(long epoch) {
        untold = true;
        registeredAgain.get().onComplete(told -> parts.owner().execute(() -> {
            if (brokerEpoch == epoch) {
                untold = false;
                leaderChanged();
            }
        }));
    }

    /** The controller may be another one: it should hear of this broker soon. Thread: the metadata's owner. */
    public void leaderChanged() {
        if (state == State.REGISTERED || state == State.LEAVING) {
            beat();
        }
    }

    /** With others about, the lease must be kept on the controller's node too. */
    private void brokersChanged(MetadataDelta delta) {
        boolean isFirstOther =
                delta.before().brokers().size() <= 1 && delta.after().brokers().size() > 1;
        if (isFirstOther) {
            leaderChanged();
        }
    }

    /** A log directory has failed: the controller should hear of it now. */
    public void directoriesChanged() {
        parts.owner().execute(this::leaderChanged);
    }

    private void beat() {
        if (state != State.REGISTERED && state != State.LEAVING) {
            return;
        }
        // Before the next one is set: then the clock will not be a millisecond short of an interval.
        OptionalLong from = beating ? OptionalLong.empty() : parts.lease().sent(controllerIsHere());
        nextBeat();
        parts.lease().look();
        if (beating) {
            return;
        }
        beating = true;
        parts.controller()
                .submit(new BrokerHeartbeat(
                        parts.brokerId(),
                        brokerEpoch,
                        parts.metadata().image().highestOffset(),
                        untold,
                        state == State.LEAVING,
                        parts.offlineDirectories().get()))
                .onComplete(done -> parts.owner().execute(() -> {
                    beating = false;
                    if (done.succeeded()) {
                        heard(done.result(), from);
                    } else if (state == State.LEAVING) {
                        log.debug(
                                "the controller did not take the farewell: {}",
                                done.cause().getMessage());
                    }
                }));
    }

    /** Somebody has unregistered a broker that lives: no heartbeat would tell the one in the controller's own process. */
    private void imageChanged(MetadataDelta delta) {
        if (state == State.REGISTERED
                && delta.before().broker(parts.brokerId()) != null
                && delta.after().broker(parts.brokerId()) == null) {
            fenced = true;
            nextBeat();
        }
    }

    /** Nothing ticks where nothing depends on it. */
    private void nextBeat() {
        boolean waiting = fenced || state == State.LEAVING;
        boolean alone = parts.metadata().image().brokers().size() <= 1;
        if (waiting || !controllerIsHere() || !alone) {
            parts.lease().shared();
            setAlarm(waiting ? ASK_AGAIN_MS : parts.heartbeatMs(), this::beat);
        } else {
            parts.lease().alone();
            cancelAlarm.run();
        }
    }

    private boolean controllerIsHere() {
        return parts.controller().controllerId().orElse(-1) == parts.brokerId();
    }

    private void heard(BrokerHeartbeat.Outcome outcome, OptionalLong from) {
        if (outcome.error() == ControllerError.NONE && !outcome.fenced()) {
            parts.lease().answered(from, outcome.decidedUpTo());
        } else {
            parts.lease().withdraw();
        }
        if (state != State.REGISTERED && state != State.LEAVING) {
            return;
        }
        if (outcome.error() == ControllerError.STALE_BROKER_EPOCH
                || outcome.error() == ControllerError.BROKER_ID_NOT_REGISTERED) {
            if (state == State.LEAVING) {
                leave();
                return;
            }
            log.warn("the controller does not know this life of the broker ({}), registering again", outcome.message());
            cancelAlarm.run();
            // What this process had it still has: its own epoch vouches for it.
            ask(brokerEpoch);
        } else if (outcome.error() != ControllerError.NONE) {
            log.warn("the controller refuses a heartbeat: {} {}", outcome.error(), outcome.message());
        } else if (state == State.LEAVING) {
            if (outcome.shouldShutdown()) {
                log.info("broker {} has handed over", parts.brokerId());
                leave();
            }
        } else {
            fenced(outcome);
        }
    }

    private void fenced(BrokerHeartbeat.Outcome outcome) {
        boolean now = outcome.fenced();
        if (now && !fenced) {
            log.warn(
                    "this broker is fenced: {}",
                    outcome.message() == null ? "the controller has not heard of it for a session" : outcome.message());
        }
        // Those who start clients want the image to say it, too.
        BrokerImage known = parts.metadata().image().broker(parts.brokerId());
        boolean servesByImage = known != null && known.epoch() == brokerEpoch && !known.fenced();
        boolean before = fenced;
        fenced = now || !servesByImage;
        if (before && !fenced) {
            log.info("broker {} is unfenced, broker epoch {}", parts.brokerId(), brokerEpoch);
            unfenced.tryComplete();
        }
        if (before != fenced || fenced) {
            nextBeat();
        }
    }

    /**
     * Hands over what this broker leads and waits until nothing depends on it. It stops in any case: without a
     * controller the others will notice by themselves.
     */
    public Future<Void> leave(long deadlineMs) {
        parts.owner().execute(() -> {
            if (state != State.REGISTERED) {
                leave();
                return;
            }
            state = State.LEAVING;
            cancelDeadline = parts.alarm().set(deadlineMs, () -> {
                if (state == State.LEAVING) {
                    log.warn(
                            "broker {} leaves without having handed over: no answer within {} ms",
                            parts.brokerId(),
                            deadlineMs);
                    leave();
                }
            });
            beat();
        });
        return left.future();
    }

    private void leave() {
        end();
        left.tryComplete();
    }

    private void end() {
        state = State.LEFT;
        cancelAlarm.run();
        cancelDeadline.run();
    }

    private void setAlarm(long delayMs, Runnable task) {
        cancelAlarm.run();
        cancelAlarm = parts.alarm().set(delayMs, task);
    }

    /** This node's broker epoch; -1 before it is registered. */
    public long brokerEpoch() {
        return brokerEpoch;
    }
}
