package io.millrace.example;

import io.millrace.client.LogClient;
import io.vertx.core.eventbus.EventBusOptions;
import java.util.List;

/**
 * An application in a process of its own that only joins: prints what it is told, and ends by itself.
 *
 * <p>Arguments: cluster name, seed, port of its bus (0: any), the port that it tells others (0: the same).
 *
 * <p>Thread: main.
 */
final class Outsider {
    private Outsider() {}

    public static void main(String[] args) {
        EventBusOptions bus = new EventBusOptions().setHost("127.0.0.1").setPort(Integer.parseInt(args[2]));
        int told = Integer.parseInt(args[3]);
        if (told != 0) {
            bus.setClusterPublicHost("127.0.0.1").setClusterPublicPort(told);
        }
        JoinTheBus.joined(args[0], List.of(args[1]), bus)
                .compose(vertx -> LogClient.of(vertx).connected().eventually(vertx::close))
                .onSuccess(connected -> System.out.println("TOLD connected"))
                .onFailure(why -> System.out.println("TOLD " + why.getMessage()));
    }
}
