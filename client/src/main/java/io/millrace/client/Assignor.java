package io.millrace.client;

/**
 * How the partitions of topics are shared out among the members of a group, by Kafka's names. A group uses the one that all its
 * members know and most of them put first.
 *
 * <p>Thread: immutable.
 */
public enum Assignor {
    /** Of each topic every member gets a run of partitions. */
    RANGE("range", false),
    /** Partitions of all topics in turn. */
    ROUND_ROBIN("roundrobin", false),
    /** Evenly, and everybody keeps as much as possible; reading stops everywhere while the group changes. */
    STICKY("sticky", false),
    /**
     * As {@link #STICKY}, and while the group changes only those partitions stop that another member gets (KIP-429). So only when it
     * is the one assignor of a member's options: with others beside it a member gives back everything, as Kafka's do.
     */
    COOPERATIVE_STICKY("cooperative-sticky", true);

    private final String wireName;
    private final boolean cooperative;

    Assignor(String wireName, boolean cooperative) {
        this.wireName = wireName;
        this.cooperative = cooperative;
    }

    /** As Kafka's clients call it. */
    public String wireName() {
        return wireName;
    }

    /** Whether members may keep what they have while they join again. */
    public boolean isCooperative() {
        return cooperative;
    }

    /** The assignor of a name that the coordinator told; {@link LogException} for one that is none of these. */
    public static Assignor of(String wireName) {
        for (Assignor one : values()) {
            if (one.wireName.equals(wireName)) {
                return one;
            }
        }
        throw new LogException(LogError.PROTOCOL, "the group uses the assignor " + wireName);
    }
}
