package io.millrace.verticles.config;

/**
 * The config, or the machine it meets, is wrong in a way only a person can mend: the message is one line for that person.
 *
 * <p>What to do next: print the message, exit with code 2. Never catch it to go on.
 *
 * <p>Thread: any.
 */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ConfigException(String message) {
        super(message, null, false, false);
    }
}
