package io.millrace.verticles.metrics;

import io.millrace.membership.image.MetadataImage;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What the node's parts looked like a moment ago, copied on their own threads so that a scrape can read it anywhere.
 *
 * <p>Thread: any; immutable.
 *
 * @param brokerId this node
 * @param image the committed metadata
 * @param controllerId the active controller, empty while there is none
 * @param running registered, unfenced and serving
 * @param logs the replicas of this node
 * @param directories the data folders
 * @param uncleanElections leaders elected outside the ISR since the start
 * @param groups the groups that this node coordinates
 */
public record NodeSnapshot(
        int brokerId,
        MetadataImage image,
        OptionalInt controllerId,
        boolean running,
        List<LogSnapshot> logs,
        List<DirectorySnapshot> directories,
        long uncleanElections,
        GroupsSnapshot groups) {

    /**
     * The groups that this node coordinates.
     *
     * @param states how many groups are in each state, by its name in lower case
     * @param offsets how many offsets are committed in all
     */
    public record GroupsSnapshot(Map<String, Integer> states, int offsets, List<GroupSnapshot> each) {
        public static final GroupsSnapshot NONE = new GroupsSnapshot(Map.of(), 0, List.of());
    }

    /** One group; its offsets may be untold when there are very many. */
    public record GroupSnapshot(String group, int members, List<OffsetSnapshot> offsets) {}

    /** What a group has committed for one partition: the next offset that it will read. */
    public record OffsetSnapshot(String topic, int partition, long committed) {}

    /**
     * One replica's log. {@code lastStableOffset <= highWatermark <= logEndOffset}.
     *
     * @param lag records that the leader was last heard to have more; 0 at the leader
     */
    public record LogSnapshot(
            String topic,
            int partition,
            boolean leader,
            int minIsr,
            long logStartOffset,
            long lastStableOffset,
            long highWatermark,
            long logEndOffset,
            long sizeBytes,
            int segments,
            int producers,
            long lag) {}

    /** One data folder; sizes are the device's. */
    public record DirectorySnapshot(String path, boolean offline, long totalBytes, long usableBytes) {}
}
