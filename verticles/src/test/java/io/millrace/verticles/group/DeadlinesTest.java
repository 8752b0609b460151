package io.millrace.verticles.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.sim.Seeded;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Deadlines fire when they are due, in order, and only then. */
class DeadlinesTest {
    private final Deadlines deadlines = new Deadlines();
    private final List<String> fired = new ArrayList<>();

    @Test
    void theEarliestFiresFirst() {
        set("c", 30);
        set("a", 10);
        set("b", 20);

        runDue(25);

        assertThat(fired).containsExactly("a", "b");
        assertThat(deadlines.nextMs()).isEqualTo(30);
    }

    @Test
    void onePutOffDoesNotFireAtItsOldTime() {
        Deadline a = set("a", 10);
        deadlines.set(a, 20);

        runDue(19);
        assertThat(fired).isEmpty();
        assertThat(deadlines.nextMs()).isEqualTo(20);
        runDue(20);

        assertThat(fired).containsExactly("a");
    }

    @Test
    void oneThatIsMovedUpFiresAtItsNewTime() {
        set("b", 15);
        Deadline a = set("a", 20);
        deadlines.set(a, 10);

        assertThat(deadlines.nextMs()).isEqualTo(10);
        runDue(10);

        assertThat(fired).containsExactly("a");
    }

    @Test
    void aCancelledOneDoesNotFireAndTakesNoRoom() {
        Deadline a = set("a", 10);
        deadlines.cancel(a);
        deadlines.cancel(a);

        runDue(100);

        assertThat(fired).isEmpty();
        assertThat(deadlines.size()).isZero();
        assertThat(deadlines.nextMs()).isEqualTo(GroupCoordinatorMachine.NEVER);
    }

    @Seeded(runs = 50)
    void itBehavesAsASortedListDoes(long seed) {
        Random random = new Random(seed);
        List<Deadline> all = new ArrayList<>();
        long[] wanted = new long[30];
        List<Integer> due = new ArrayList<>();
        for (int i = 0; i < wanted.length; i++) {
            int index = i;
            wanted[i] = GroupCoordinatorMachine.NEVER;
            all.add(new Deadline(nowMs -> due.add(index)));
        }
        for (long nowMs = 0; nowMs < 500; nowMs++) {
            for (int changes = random.nextInt(6); changes > 0; changes--) {
                int i = random.nextInt(wanted.length);
                if (random.nextInt(4) == 0) {
                    wanted[i] = GroupCoordinatorMachine.NEVER;
                    deadlines.cancel(all.get(i));
                } else {
                    wanted[i] = nowMs + 1 + random.nextInt(60);
                    deadlines.set(all.get(i), wanted[i]);
                }
            }
            due.clear();
            long earliest = java.util.Arrays.stream(wanted).min().orElseThrow();
            assertThat(deadlines.nextMs()).isLessThanOrEqualTo(earliest);
            runDue(nowMs);
            List<Integer> expected = new ArrayList<>();
            for (int i = 0; i < wanted.length; i++) {
                if (wanted[i] <= nowMs) {
                    expected.add(i);
                    wanted[i] = GroupCoordinatorMachine.NEVER;
                }
            }
            assertThat(due).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private Deadline set(String name, long atMs) {
        Deadline deadline = new Deadline(nowMs -> fired.add(name));
        deadlines.set(deadline, atMs);
        return deadline;
    }

    private void runDue(long nowMs) {
        for (Deadline due = deadlines.pollDue(nowMs); due != null; due = deadlines.pollDue(nowMs)) {
            due.fire(nowMs);
        }
    }
}
