package io.millrace.verticles.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What both were asked in a story and what each has answered so far. Where they differ on purpose, {@link #isMeant} says so.
 *
 * <p>Thread: the test's.
 */
final class AnswersOfBoth {
    /** One request and what both said to it. */
    static final class Asked {
        final String what;
        final boolean parkable;
        String ours;
        String kafkas;
        /** A later request has taken its place, or its member is gone. */
        boolean superseded;

        private Asked(String what, boolean parkable) {
            this.what = what;
            this.parkable = parkable;
        }
    }

    /** The two have parted on purpose: what comes after cannot be compared. */
    static final class PartingException extends RuntimeException {}

    private static final Pattern ERROR_CODE = Pattern.compile("errorCode=(-?\\d+)");
    private static final int TOLD_OF_A_STORY = 40;

    private final long seed;
    private final boolean commitsAtOnce;
    /** How often which state was met and which answer given. */
    private final Map<String, Integer> seen;

    private final List<String> story = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private final Map<String, Asked> parked = new HashMap<>();

    AnswersOfBoth(long seed, boolean commitsAtOnce, Map<String, Integer> seen) {
        this.seed = seed;
        this.commitsAtOnce = commitsAtOnce;
        this.seen = seen;
    }

    /** Something that happens and that nobody answers. */
    void note(long nowMs, String event) {
        story.add(nowMs + " " + event);
    }

    /** @param parkable whether it may be answered later, when others have done something */
    Asked ask(long nowMs, String what, boolean parkable) {
        Asked one = new Asked(what, parkable);
        asked.add(one);
        note(nowMs, what);
        return one;
    }

    void park(String key, Asked one) {
        parked.put(key, one);
    }

    /** The last request that was parked by this name, or null. */
    Asked parked(String key) {
        return parked.get(key);
    }

    void supersede(Predicate<String> keys) {
        parked.forEach((key, each) -> each.superseded |= keys.test(key));
    }

    /** Both have been unloaded: whoever waited has been told so by us. */
    void endOfALife() {
        assertThat(asked).as("whoever waits is told").allMatch(one -> one.ours != null);
        asked.clear();
        parked.clear();
    }

    void requireAllAnswered() {
        assertThat(asked).as("all is answered").allMatch(one -> one.superseded);
    }

    void compare() {
        for (Asked one : asked) {
            String ours = one.ours;
            String kafkas = one.kafkas;
            if (ours != null) {
                countAnswer(one.what, ours);
            }
            if (!String.valueOf(ours).equals(String.valueOf(kafkas)) && !isMeant(one)) {
                differ(one.what, ours, kafkas);
            }
        }
        asked.removeIf(one -> one.ours != null && (one.kafkas != null || one.superseded));
    }

    /** Where we answer and Kafka does not: a parked request whose place another one has taken, or whose member is gone. */
    private boolean isMeant(Asked one) {
        if (!commitsAtOnce && one.parkable && one.ours == null && one.kafkas.contains("errorCode=0")) {
            // A rebalance began while a static member's new id was being written. Kafka answers with the generation
            // that is over; we let the end of the rebalance answer.
            throw new PartingException();
        }
        boolean waits = !one.parkable && (one.ours == null || one.kafkas == null);
        return waits || (one.parkable && one.superseded && one.kafkas == null);
    }

    private void countAnswer(String what, String answer) {
        Matcher code = ERROR_CODE.matcher(answer);
        String kind = what.substring(0, what.indexOf(' '));
        count(kind
                + (code.find() ? " " + code.group(1) : "")
                + (answer.contains("skipAssignment=true") ? " skip" : ""));
    }

    void count(String what) {
        seen.merge(what, 1, Integer::sum);
    }

    /** Fails and tells the end of the story. */
    void differ(String what, String ours, String kafkas) {
        fail("seed " + seed + ": " + what + "\n  ours   " + ours + "\n  Kafka  " + kafkas + "\n the story:\n  "
                + String.join("\n  ", story.subList(Math.max(0, story.size() - TOLD_OF_A_STORY), story.size())));
    }
}
