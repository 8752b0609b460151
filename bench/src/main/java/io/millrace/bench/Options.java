package io.millrace.bench;

import java.util.Set;
import java.util.TreeSet;

/**
 * The command line.
 *
 * <p>Thread: any; immutable.
 */
record Options(
        Set<Integer> rows,
        int rounds,
        long loadBytes,
        long warmBytes,
        int warmRounds,
        long restartBytes,
        boolean append,
        String only,
        int kills,
        int peerKills) {
    static Options parse(String[] args) {
        Set<Integer> rows = new TreeSet<>();
        int rounds = 2;
        double load = 1;
        double warm = 2;
        int warmRounds = 2;
        double restart = 3;
        boolean append = false;
        String only = "";
        int kills = 3;
        int peerKills = -1;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--rows" -> {
                    for (String row : args[++i].split(",")) {
                        rows.add(Integer.parseInt(row.trim()));
                    }
                }
                case "--rounds" -> rounds = atLeast(1, args[i], args[++i]);
                case "--gb" -> load = Double.parseDouble(args[++i]);
                case "--warm-gb" -> warm = Double.parseDouble(args[++i]);
                case "--warm-rounds" -> warmRounds = atLeast(0, args[i], args[++i]);
                case "--restart-gb" -> restart = Double.parseDouble(args[++i]);
                case "--kills" -> kills = Integer.parseInt(args[++i]);
                case "--peer-kills" -> peerKills = Integer.parseInt(args[++i]);
                case "--append" -> append = true;
                case "--only" -> only = args[++i];
                default ->
                    throw new IllegalArgumentException(
                            "unknown option " + args[i]
                                    + "; known: --rows 1,3,12 --rounds N --gb X --warm-gb X --warm-rounds N --restart-gb X --kills N --peer-kills N --only Kafka|Millrace --append");
            }
        }
        return new Options(
                rows,
                rounds,
                (long) (load * 1e9),
                (long) (warm * 1e9),
                warmRounds,
                (long) (restart * 1e9),
                append,
                only,
                kills,
                peerKills < 0 ? kills : peerKills);
    }

    /** Less would measure nothing, or leave out rounds that were to be measured. */
    private static int atLeast(int least, String option, String text) {
        int value = Integer.parseInt(text);
        if (value < least) {
            throw new IllegalArgumentException(option + " " + text + ": " + least + " at least");
        }
        return value;
    }

    /** For trying something out on one of the two; figures come from runs with both. */
    boolean wants(Peer peer) {
        return wants(peer.name());
    }

    /** How many times a node of that broker is killed: Kafka, which is away ten times longer, may be asked for fewer. */
    int kills(String peer) {
        return peer.equals("Kafka") ? peerKills : kills;
    }

    boolean wants(String peer) {
        return only.isEmpty() || only.equalsIgnoreCase(peer);
    }
}
