package io.millrace.verticles.main;

/**
 * {@code millrace demo}: writes a few records with Kafka's own Java client and reads them back.
 *
 * <p>Thread: the main thread.
 */
final class DemoCommand {
    private DemoCommand() {}

    static int run(CommandLine.Demo demo) {
        System.out.println(demo.bootstrap());
        return ExitCode.OK;
    }
}
