package io.millrace.verticles.main;

import io.millrace.verticles.config.ConfigException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the words after {@code millrace} ask for.
 *
 * <p>Thread: any; immutable.
 */
sealed interface CommandLine {
    record Start(Optional<String> configFile, Map<String, String> properties) implements CommandLine {}

    record Status(String url) implements CommandLine {}

    /** A start, a few requests and a stop in a throwaway folder: what the class archive is made from. */
    record Rehearse() implements CommandLine {}

    record Demo(String bootstrap) implements CommandLine {}

    /** @param nodeId whom the change is about; -1 when there is none */
    record Voters(String bootstrap, Change change, int nodeId) implements CommandLine {
        enum Change {
            NONE,
            ADD,
            REMOVE,
            REPLACE
        }
    }

    record Help() implements CommandLine {}

    record Version() implements CommandLine {}

    String DEFAULT_URL = "http://127.0.0.1:9644";
    String DEFAULT_BOOTSTRAP = "127.0.0.1:9092";

    /** @throws ConfigException when the words make no sense; the message says which */
    static CommandLine parse(List<String> words) {
        if (words.isEmpty()) {
            throw new ConfigException("say what to do: start, status, --help or --version");
        }
        List<String> rest = words.subList(1, words.size());
        return switch (words.get(0)) {
            case "start" -> start(rest);
            case "status" -> status(option("status", "--http", rest, DEFAULT_URL));
            case "demo" -> new Demo(option("demo", "--bootstrap", rest, DEFAULT_BOOTSTRAP));
            case "voters" -> voters(rest);
            case "rehearse" -> new Rehearse();
            case "--help", "-h", "help" -> new Help();
            case "--version", "version" -> new Version();
            default ->
                throw new ConfigException("\"" + words.get(0)
                        + "\" is not a command: start, status, voters, demo, --help" + " and --version are");
        };
    }

    /** {@code HOST:PORT} says enough, and a slash at the end no more. */
    private static Status status(String told) {
        String url = (told.contains("://") ? told : "http://" + told).replaceFirst("/+$", "");
        if (!url.matches("https?://[^/?#]+")) {
            throw new ConfigException("status --http takes HOST:PORT or http://HOST:PORT, not " + told);
        }
        return new Status(url);
    }

    private static Start start(List<String> words) {
        Optional<String> file = Optional.empty();
        Map<String, String> properties = new LinkedHashMap<>();
        for (String word : words) {
            if (word.startsWith("-D") && word.indexOf('=') > 2) {
                int equals = word.indexOf('=');
                properties.put(word.substring(2, equals), word.substring(equals + 1));
            } else if (word.startsWith("-")) {
                throw new ConfigException("\"" + word + "\" is not an option of start: -Dkey=value is");
            } else if (file.isPresent()) {
                throw new ConfigException("start takes one config file, not " + file.get() + " and " + word);
            } else {
                file = Optional.of(word);
            }
        }
        return new Start(file, properties);
    }

    private static Voters voters(List<String> words) {
        Voters asked = new Voters(DEFAULT_BOOTSTRAP, Voters.Change.NONE, -1);
        for (int i = 0; i < words.size(); i += 2) {
            String value = i + 1 < words.size() ? words.get(i + 1) : "";
            asked = switch (words.get(i)) {
                case "--bootstrap" -> new Voters(value, asked.change(), asked.nodeId());
                case "--add" -> changed(asked, Voters.Change.ADD, value);
                case "--remove" -> changed(asked, Voters.Change.REMOVE, value);
                case "--replace" -> changed(asked, Voters.Change.REPLACE, value);
                default ->
                    throw new ConfigException("voters takes --bootstrap HOST:PORT and one of --replace, --add and"
                            + " --remove with the id of a node, not " + words.get(i));
            };
        }
        return asked;
    }

    private static Voters changed(Voters asked, Voters.Change change, String id) {
        if (asked.change() != Voters.Change.NONE || !id.matches("\\d{1,9}")) {
            throw new ConfigException("voters changes one node at a time, and its id is a number");
        }
        return new Voters(asked.bootstrap(), change, Integer.parseInt(id));
    }

    private static String option(String command, String option, List<String> words, String otherwise) {
        if (words.isEmpty()) {
            return otherwise;
        }
        if (words.size() == 2 && words.get(0).equals(option)) {
            return words.get(1);
        }
        throw new ConfigException(command + " takes nothing but " + option + " and a value");
    }
}
