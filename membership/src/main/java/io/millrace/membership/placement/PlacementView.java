package io.millrace.membership.placement;

/**
 * What the cluster's membership says about a broker beside its registration: it ranks candidates and decides nothing. A view
 * that knows nobody ranks nobody.
 *
 * <p>Thread: any; must answer at once, from a snapshot.
 */
@FunctionalInterface
public interface PlacementView {
    /** Ranks all brokers alike. */
    PlacementView NOTHING_KNOWN = brokerId -> Standing.UNKNOWN;

    Standing of(int brokerId);

    /**
     * How a broker stands among the members.
     *
     * @param member whether it is seen at all: one that is not keeps what it has, and gets more only where nobody else can
     * @param age 0 for the oldest member, and so on
     * @param load in per cent of what it could bear, as it says itself
     */
    record Standing(boolean member, int age, int load) {
        public static final Standing UNKNOWN = new Standing(false, 0, 0);
    }
}
