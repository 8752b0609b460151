package io.millrace.verticles.cluster;

import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.impl.clustered.ClusteredMessage;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Which node of the bus sent a message. Every frame carries it, since replies are sent there, but Vert.x tells only itself.
 *
 * <p>Thread: any.
 */
public final class MessageOrigin {
    /** The sender of a message that did not come over the network on a bus without a cluster. */
    public static final String LOCAL = "";

    private static final MethodHandle SENDER;

    static {
        try {
            SENDER = MethodHandles.privateLookupIn(ClusteredMessage.class, MethodHandles.lookup())
                    .findVirtual(ClusteredMessage.class, "getSender", MethodType.methodType(String.class));
        } catch (ReflectiveOperationException changed) {
            throw new IllegalStateException("this Vert.x keeps the sender of a message elsewhere", changed);
        }
    }

    private MessageOrigin() {}

    /** The Vert.x node id of the sender, {@link #LOCAL} where there is no cluster. */
    public static String of(Message<?> message) {
        if (!(message instanceof ClusteredMessage<?, ?> clustered)) {
            return LOCAL;
        }
        try {
            String sender = (String) SENDER.invoke(clustered);
            return sender == null ? LOCAL : sender;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
