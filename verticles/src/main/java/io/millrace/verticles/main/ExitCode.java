package io.millrace.verticles.main;

/**
 * What the process says to whoever started it.
 *
 * <p>Thread: any.
 */
final class ExitCode {
    /** Did what was asked, or was told to stop and stopped cleanly. */
    static final int OK = 0;
    /** Something that should not happen; the log file has the trace. */
    static final int FAILED = 1;
    /** The command line, the config, or what the config meets on this machine is wrong: a person must mend it. */
    static final int MISCONFIGURED = 2;

    private ExitCode() {}
}
