package io.millrace.log;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;

/**
 * Which partition: the topic id tells a deleted and recreated topic from its predecessor of the same name, so that two are
 * equal when id and partition are. The name is for people.
 *
 * <p>It names the partition's folder, which thereby says whose it is from the moment it exists:
 *
 * <pre>
 *   topic name "-" partition "." topic id      as KAFKA writes ids: 22 characters of base64url
 *   __cluster_metadata-0                       the only one without: there is no other topic of that name
 * </pre>
 *
 * Of a topic name longer than 221 characters the folder has the first 221: no name of a file is longer than 255. What stands
 * beside such folders and belongs to a partition too has the same name with a suffix, and less of a long topic name.
 *
 * <p>Thread: any (immutable).
 */
public record TopicPartitionId(UUID topicId, String topic, int partition) {
    private static final String METADATA_TOPIC = "__cluster_metadata";
    /** KAFKA reserves it for the metadata topic. */
    private static final UUID METADATA_TOPIC_ID = new UUID(0, 1);

    private static final int ID_CHARS = 22;
    private static final int MAX_TOPIC_CHARS = 255 - ID_CHARS - ".".length() - "-2147483647".length();
    private static final int MAX_PARTITION_CHARS = 10;

    public TopicPartitionId {
        Objects.requireNonNull(topicId, "topicId");
        Objects.requireNonNull(topic, "topic");
        if (partition < 0) {
            throw new IllegalArgumentException("partition " + partition + " of topic " + topic + " is negative");
        }
    }

    public String folderName() {
        return nameWith("");
    }

    /** The folder's name with something behind it. */
    public String nameWith(String suffix) {
        if (isOfMetadata()) return this + suffix;
        int chars = Math.min(topic.length(), MAX_TOPIC_CHARS - suffix.length());
        return topic.substring(0, chars) + "-" + partition + "." + text(topicId) + suffix;
    }

    /** Of the metadata log, which is nobody's replica. */
    public boolean isOfMetadata() {
        return topic.equals(METADATA_TOPIC) && topicId.equals(METADATA_TOPIC_ID);
    }

    /** Null when it is not such a name with that suffix. */
    public static TopicPartitionId ofName(String name, String suffix) {
        return name.endsWith(suffix) ? ofFolder(name.substring(0, name.length() - suffix.length())) : null;
    }

    /** Null when it is not the name of a partition's folder. */
    public static TopicPartitionId ofFolder(String name) {
        int dot = name.length() - ID_CHARS - 1;
        if (dot > 0 && name.charAt(dot) == '.') {
            UUID topicId = id(name.substring(dot + 1));
            return topicId == null ? null : parse(name.substring(0, dot), topicId);
        }
        TopicPartitionId metadata = parse(name, METADATA_TOPIC_ID);
        return metadata != null && metadata.topic.equals(METADATA_TOPIC) ? metadata : null;
    }

    private static TopicPartitionId parse(String name, UUID topicId) {
        int dash = name.lastIndexOf('-');
        int digits = name.length() - dash - 1;
        if (dash <= 0 || digits == 0 || digits > MAX_PARTITION_CHARS) return null;
        for (int i = dash + 1; i < name.length(); i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') return null;
        }
        long partition = Long.parseLong(name.substring(dash + 1));
        if (partition > Integer.MAX_VALUE) return null;
        TopicPartitionId id = new TopicPartitionId(topicId, name.substring(0, dash), (int) partition);
        // One folder, one name: "-007" is not ours.
        return id.toString().equals(name) ? id : null;
    }

    private static String text(UUID id) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * 2);
        bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    private static UUID id(String text) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            UUID id = new UUID(bytes.getLong(), bytes.getLong());
            // The last character has bits to spare: one id must not have several names.
            return text(id).equals(text) ? id : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicPartitionId id && partition == id.partition && topicId.equals(id.topicId);
    }

    @Override
    public int hashCode() {
        return topicId.hashCode() * 31 + partition;
    }

    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
