package io.millrace.clients;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Runs Kafka's command line tools one after the other in one process, which a second of start each would make slow: each
 * line of its input is a main class and its arguments, between tabs; each answer is what was printed and an exit code.
 *
 * <p>It stands on the tools' class path and knows nothing of theirs by name at compile time.
 *
 * <p>Thread: main.
 */
public final class ToolProgram {
    /** Ends an answer: this line and the exit code. */
    static final String END = "\u0001exit ";

    private static final class Exited extends Error {
        private static final long serialVersionUID = 1L;
        private final int code;

        Exited(int code) {
            super(null, null, false, false);
            this.code = code;
        }
    }

    /** Several tools catch what an exit throws, print it and exit again: only what was said by the first one counts. */
    private static final class FirstExit {
        private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        private String text;
        private int code;

        private void exit(int asked) {
            if (text == null) {
                code = asked;
                text = printed.toString(StandardCharsets.UTF_8);
            }
        }
    }

    private static FirstExit running;

    private ToolProgram() {}

    /** Reads commands until its input ends. */
    public static void main(String[] args) throws Exception {
        Class<?> exit = Class.forName("org.apache.kafka.common.utils.Exit");
        Class<?> procedure = Class.forName("org.apache.kafka.common.utils.Exit$Procedure");
        Object thrower = Proxy.newProxyInstance(
                procedure.getClassLoader(), new Class<?>[] {procedure}, (proxy, method, arguments) -> {
                    running.exit((int) arguments[0]);
                    throw new Exited((int) arguments[0]);
                });
        exit.getMethod("setExitProcedure", procedure).invoke(null, thrower);
        PrintStream answers = System.out;
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            running = new FirstExit();
            PrintStream capture = new PrintStream(running.printed, true, StandardCharsets.UTF_8);
            System.setOut(capture);
            System.setErr(capture);
            running.exit(run(line.split("\t")));
            answers.println(running.text);
            answers.println(END + running.code);
            answers.flush();
        }
    }

    private static int run(String[] command) throws Exception {
        try {
            Class.forName(command[0]).getMethod("main", String[].class).invoke(null, (Object)
                    Arrays.copyOfRange(command, 1, command.length));
            return 0;
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exited exited) {
                return exited.code;
            }
            e.getCause().printStackTrace();
            return 1;
        }
    }
}
