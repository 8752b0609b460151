package io.millrace.verticles.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.membership.controller.ControllerError;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which commands go in, which wait and which are refused, and in which order. */
class CommandGateTest {
    private final List<String> told = new ArrayList<>();
    private final CommandGate gate = new CommandGate(() -> told.add("released"));

    private void enter(int epoch, String command) {
        gate.enter(
                epoch, command.startsWith("voters"), () -> told.add(command), why -> told.add(command + why.error()));
    }

    private static String refused(String command) {
        return command + ControllerError.NOT_CONTROLLER;
    }

    @Test
    void aCommandGoesInWhileItsEpochLasts() {
        gate.elected(1);
        gate.open(1);
        enter(1, "a");
        gate.shut();
        enter(1, "b");

        assertThat(told).containsExactly("a", refused("b"));
    }

    @Test
    void thereIsNoEpochBeforeTheFirst() {
        enter(-1, "a");

        assertThat(told).containsExactly(refused("a"));
    }

    @Test
    void forAnEpochThatIsAboutToBeginHereCommandsWaitInTheirOrder() {
        gate.elected(1);
        enter(1, "a");
        enter(1, "b");
        enter(2, "of another");
        assertThat(told).containsExactly(refused("of another"));

        gate.open(1);

        assertThat(told).containsExactly(refused("of another"), "a", "b");
    }

    @Test
    void forOneThatBeginsElsewhereTheyAreRefused() {
        gate.elected(1);
        enter(1, "a");

        gate.electedElsewhere();

        assertThat(told).containsExactly(refused("a"));
        gate.open(2);
        assertThat(told).hasSize(1);
    }

    @Test
    void whatIsRefusedForOneEpochMayWaitForTheNextAtOnce() {
        gate.elected(1);
        gate.enter(1, false, () -> told.add("a"), why -> enter(2, "a again"));

        gate.elected(2);
        gate.open(2);

        assertThat(told).containsExactly("a again");
    }

    @Test
    void whileVotersChangeOnlyWhatIsTheQuorumsOwnGoesIn() {
        gate.open(1);
        gate.hold();
        gate.hold();
        enter(1, "a");
        enter(1, "voters");
        gate.release();
        assertThat(told).as("another change is under way").containsExactly("voters");

        enter(1, "b");
        gate.release();

        assertThat(told).containsExactly("voters", "a", "b", "released");
    }

    @Test
    void whoeverGoesInFirstMayHoldItAgain() {
        gate.open(1);
        gate.hold();
        gate.enter(
                1,
                false,
                () -> {
                    told.add("a");
                    gate.hold();
                },
                why -> {});
        enter(1, "b");

        gate.release();
        assertThat(told).containsExactly("a");

        gate.release();
        assertThat(told).containsExactly("a", "b", "released");
    }

    @Test
    void whatWasHeldIsForItsEpoch() {
        gate.open(1);
        gate.hold();
        enter(1, "a");
        gate.shut();
        gate.elected(2);
        gate.open(2);

        gate.release();

        assertThat(told).containsExactly(refused("a"), "released");
    }

    @Test
    void atMostSoManyWait() {
        gate.elected(1);
        for (int i = 0; i <= CommandGate.MAX_WAITING; i++) {
            enter(1, "early");
        }
        assertThat(told).containsExactly(refused("early"));
        gate.open(1);
        told.clear();

        gate.hold();
        for (int i = 0; i <= CommandGate.MAX_WAITING; i++) {
            enter(1, "held");
        }
        assertThat(told).containsExactly("held" + ControllerError.REQUEST_TIMED_OUT);
        assertThat(gate.whenReleased(() -> {})).isFalse();
    }
}
