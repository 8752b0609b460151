package io.millrace.sim;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * What goes wrong on a simulated disk, in readable verbs; nothing goes wrong until told so, and {@link #heal} ends it.
 *
 * <p>Thread: one at a time; the disk sees to it.
 */
public final class DiskFaults {
    /** What becomes of one operation. */
    enum Verdict {
        FINE,
        FAILS,
        /** A write puts some of its bytes into the file before it fails. */
        FAILS_HALF_WAY
    }

    private record Once(StepKind kind, String nameContains, Verdict verdict) {}

    private final Random random;
    private final List<Once> once = new ArrayList<>();
    private final Set<StepKind> always = EnumSet.noneOf(StepKind.class);
    private final List<String> unreadable = new ArrayList<>();
    private final List<String> dying = new ArrayList<>();
    private long failingStep = -1;
    private double errorShare;
    private long capacityBytes = Long.MAX_VALUE;
    private boolean syncsDoNothing;
    private boolean used;

    DiskFaults(Random random) {
        this.random = random;
    }

    /** The next operation of this kind on a file whose path contains the text fails with an I/O error. */
    public void failNext(StepKind kind, String pathContains) {
        once.add(new Once(kind, pathContains, Verdict.FAILS));
    }

    /** The next write to such a file writes a part of its bytes and then fails with an I/O error. */
    public void shortWriteNext(String pathContains) {
        once.add(new Once(StepKind.WRITE, pathContains, Verdict.FAILS_HALF_WAY));
    }

    /** Every operation of this kind fails from now on: a read-only remount is all of them. */
    public void failAlways(StepKind... kinds) {
        always.addAll(List.of(kinds));
    }

    /** The step with this number fails. */
    public void failStep(long number) {
        failingStep = number;
    }

    /** This share of all changing operations fails. */
    public void failShare(double share) {
        errorShare = share;
    }

    /** Reading a file whose path contains the text fails with an I/O error. */
    public void failReadsOf(String pathContains) {
        unreadable.add(pathContains);
    }

    /** Whatever touches a path that contains the text fails with an I/O error from now on: that device is dying. */
    public void failUnder(String pathContains) {
        dying.add(pathContains);
    }

    /** The device holds no more than this; writes beyond it fail as a full disk does, after filling what is left. */
    public void capacity(long bytes) {
        capacityBytes = bytes;
    }

    /** The planted bug: every sync, of files and of directories, reports success and does nothing. */
    public void syncsDoNothing() {
        syncsDoNothing = true;
    }

    /** Everything works again and there is space. */
    public void heal() {
        once.clear();
        always.clear();
        unreadable.clear();
        dying.clear();
        failingStep = -1;
        errorShare = 0;
        capacityBytes = Long.MAX_VALUE;
        syncsDoNothing = false;
        used = false;
    }

    /** Whether anything has gone wrong, or may, since the last {@link #heal}. */
    public boolean used() {
        return used
                || !once.isEmpty()
                || !always.isEmpty()
                || !unreadable.isEmpty()
                || !dying.isEmpty()
                || failingStep >= 0
                || errorShare > 0
                || capacityBytes != Long.MAX_VALUE;
    }

    Verdict judge(long step, StepKind kind, String path) {
        for (Once fault : once) {
            if (fault.kind == kind && path.contains(fault.nameContains)) {
                once.remove(fault);
                used = true;
                return fault.verdict;
            }
        }
        if (isDying(path)
                || step == failingStep
                || always.contains(kind)
                || (errorShare > 0 && random.nextDouble() < errorShare)) {
            return kind == StepKind.WRITE && random.nextBoolean() ? Verdict.FAILS_HALF_WAY : Verdict.FAILS;
        }
        return Verdict.FINE;
    }

    boolean unreadable(String path) {
        return isDying(path) || unreadable.stream().anyMatch(path::contains);
    }

    private boolean isDying(String path) {
        for (int i = 0; i < dying.size(); i++) {
            if (path.contains(dying.get(i))) {
                return true;
            }
        }
        return false;
    }

    long capacityBytes() {
        return capacityBytes;
    }

    boolean lyingSync() {
        return syncsDoNothing;
    }
}
