package io.millrace.client.link;

/** What a coordinator says to the only member of a group, which reads the partition 0 of "t" and has not committed anything. */
final class PlayedGroup {
    private static final int OFFSET_FETCH = 9;
    private static final int FIND_COORDINATOR = 10;
    static final int SYNC_GROUP = 14;

    private PlayedGroup() {}

    /** @param out behind the time for which it is throttled */
    static void answer(WireWriter out, int api) {
        switch (api) {
            case OFFSET_FETCH -> out.int32(0).int16(0);
            case FIND_COORDINATOR -> out.int16(0).text(null).int32(1).text("h").int32(9);
            case PlayedNode.JOIN_GROUP ->
                out.int16(0).int32(3).text("range").text("leader").text("me").int32(0);
            case SYNC_GROUP -> out.int16(0).sized(assignment(0).toByteBuffer());
            default -> out.int16(0);
        }
    }

    /** Of the topic "t". */
    static WireWriter assignment(int... partitions) {
        WireWriter out = new WireWriter(64).int16(1).int32(1).text("t").int32(partitions.length);
        for (int partition : partitions) {
            out.int32(partition);
        }
        return out.sized(null);
    }
}
