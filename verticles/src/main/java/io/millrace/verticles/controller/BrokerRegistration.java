package io.millrace.verticles.controller;

import io.millrace.membership.controller.BrokerHeartbeat;
import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.controller.ControllerException;
import io.millrace.membership.controller.RegisterBroker;
import io.millrace.verticles.node.ControllerGateway;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets this broker registered and unfenced, and has its leaderships handed over before it stops.
 *
 * <p>Register (fenced), apply the own registration, ask to be unfenced. A controller in the same process needs no
 * heartbeats after that: while it decides, its broker lives.
 *
 * <p>Thread: any; steps run one after the other.
 */
public final class BrokerRegistration {
    private static final Logger log = LoggerFactory.getLogger(BrokerRegistration.class);
    private static final long RETRY_MS = 100;

    private final Vertx vertx;
    private final ControllerGateway controller;
    private final MetadataPublisher metadata;
    private final BrokerEpochFile epochFile;
    private volatile long brokerEpoch = BrokerEpochFile.UNKNOWN;

    BrokerRegistration(
            Vertx vertx, ControllerGateway controller, MetadataPublisher metadata, BrokerEpochFile epochFile) {
        this.vertx = vertx;
        this.controller = controller;
        this.metadata = metadata;
        this.epochFile = epochFile;
    }

    /** The registration of a broker that keeps its epoch in this data directory. */
    public static BrokerRegistration in(
            Vertx vertx, ControllerGateway controller, MetadataPublisher metadata, Path dataDirectory) {
        return new BrokerRegistration(vertx, controller, metadata, new BrokerEpochFile(dataDirectory));
    }

    /**
     * Registers and gets unfenced, however long a controller is waited for; fails only when refused for good.
     *
     * @param command makes the registration from the epoch of the last one, -1 when that is not known
     */
    public Future<Void> register(LongFunction<RegisterBroker> command) {
        return vertx.executeBlocking(epochFile::read).compose(epoch -> register(command.apply(epoch)));
    }

    private Future<Void> register(RegisterBroker registration) {
        return controller
                .submit(registration)
                .compose(outcome -> {
                    if (outcome.error() != ControllerError.NONE) {
                        return Future.failedFuture(new IllegalStateException("this broker can not be registered: "
                                + outcome.error() + (outcome.message() == null ? "" : ", " + outcome.message())));
                    }
                    brokerEpoch = outcome.brokerEpoch();
                    return vertx.<Void>executeBlocking(() -> {
                        epochFile.write(outcome.brokerEpoch());
                        return null;
                    });
                })
                .compose(written -> unfence(registration.brokerId()))
                .recover(failure -> failure instanceof ControllerException
                        ? later().compose(waited -> register(registration))
                        : Future.failedFuture(failure));
    }

    private Future<Void> unfence(int brokerId) {
        return heartbeat(brokerId, false, false).compose(outcome -> {
            if (outcome.error() != ControllerError.NONE) {
                return Future.failedFuture(new ControllerException(outcome.error(), outcome.message()));
            }
            if (!outcome.fenced()) {
                log.info("broker {} is unfenced, broker epoch {}", brokerId, brokerEpoch);
                return Future.succeededFuture();
            }
            return later().compose(waited -> unfence(brokerId));
        });
    }

    /**
     * Hands over what this broker leads and waits until nothing depends on it. It stops in any case: without a
     * controller the others will notice by themselves.
     */
    public Future<Void> leave(int brokerId, long deadlineMs) {
        if (brokerEpoch == BrokerEpochFile.UNKNOWN) {
            return Future.succeededFuture();
        }
        return askToLeave(brokerId).timeout(deadlineMs, TimeUnit.MILLISECONDS).otherwise(failure -> {
            log.warn("broker {} leaves without having handed over: {}", brokerId, failure.getMessage());
            return null;
        });
    }

    private Future<Void> askToLeave(int brokerId) {
        return heartbeat(brokerId, false, true).compose(outcome -> {
            if (outcome.error() != ControllerError.NONE) {
                return Future.failedFuture(new ControllerException(outcome.error(), outcome.message()));
            }
            if (outcome.shouldShutdown()) {
                log.info("broker {} has handed over", brokerId);
                return Future.succeededFuture();
            }
            return later().compose(waited -> askToLeave(brokerId));
        });
    }

    private Future<BrokerHeartbeat.Outcome> heartbeat(int brokerId, boolean wantFence, boolean wantShutdown) {
        return controller.submit(new BrokerHeartbeat(
                brokerId, brokerEpoch, metadata.image().highestOffset(), wantFence, wantShutdown, List.of()));
    }

    private Future<Void> later() {
        return vertx.timer(RETRY_MS).mapEmpty();
    }

    /** This node's broker epoch; -1 before it is registered. */
    public long brokerEpoch() {
        return brokerEpoch;
    }
}
