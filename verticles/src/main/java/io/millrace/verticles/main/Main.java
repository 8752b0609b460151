package io.millrace.verticles.main;

import io.millrace.verticles.config.ConfigException;
import java.util.List;

/**
 * Where the process begins: finds out what is asked for, does it, and turns every outcome into one line and an exit code.
 *
 * <p>Thread: the process's main thread.
 */
public final class Main {
    private static final String HELP = """
            Millrace, a streaming platform that Kafka clients can use.

              millrace start [CONFIG.json] [-Dkey=value ...]   run a node (default: conf/standalone.json)
              millrace status [--http URL]                     ask a node how it is (default: %s)
              millrace demo [--bootstrap HOST:PORT]            write a few records to a node and read them back
              millrace voters [--replace ID] [--bootstrap HOST:PORT]
                                                               who votes on the metadata; gives the vote of a node's
                                                               lost disk to its new one (also --add ID, --remove ID)
              millrace prepare                                 make what the first start of a build makes, start nothing
              millrace --version | --help

            Every key of conf/schema/node.schema.json can be set in the file, as MILLRACE_KEY in the environment, or
            with -Dkey=value, the later winning: MILLRACE_KAFKA_NUM_PARTITIONS=3, -Dlisteners.PLAINTEXT.bind=0.0.0.0:9092.
            Exit codes: 0 done or stopped cleanly, 1 failed (see the log), 2 config or surroundings are wrong.
            """;

    private Main() {}

    public static void main(String[] args) {
        ProcessSettings.applyFixed();
        int code;
        try {
            code = run(CommandLine.parse(List.of(args)));
        } catch (ConfigException wrong) {
            Shutdown.disarm();
            System.err.println("millrace: " + wrong.getMessage());
            code = ExitCode.MISCONFIGURED;
        } catch (Throwable unexpected) {
            if (Shutdown.isUnderWay()) {
                // The start was given up for a signal; the hook ends the process.
                return;
            }
            Shutdown.disarm();
            Uncaught.report("millrace could not go on", unexpected);
            code = ExitCode.FAILED;
        }
        if (code != StartCommand.RUNNING) {
            System.exit(code);
        }
    }

    private static int run(CommandLine asked) throws Exception {
        if (asked instanceof CommandLine.Start start) {
            return StartCommand.run(start, Ahead.begin());
        } else if (asked instanceof CommandLine.Status status) {
            return StatusCommand.run(status);
        } else if (asked instanceof CommandLine.Demo demo) {
            return DemoCommand.run(demo);
        } else if (asked instanceof CommandLine.Voters voters) {
            return VotersCommand.run(voters);
        } else if (asked instanceof CommandLine.Rehearse) {
            return RehearseCommand.run();
        } else if (asked instanceof CommandLine.Version) {
            System.out.println("Millrace " + version() + ", Java " + System.getProperty("java.version"));
        } else {
            System.out.print(HELP.formatted(CommandLine.DEFAULT_URL));
        }
        return ExitCode.OK;
    }

    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
