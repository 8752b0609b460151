package io.millrace.verticles.group;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Which topics a group's consumers read, from the metadata that they join with. Only the part that every version of the
 * consumer protocol begins with is looked at: int16 version, int32 count, strings with a two-byte length.
 *
 * <p>Thread: any.
 */
final class Subscriptions {
    private Subscriptions() {}

    /** Null when one of them cannot be read. */
    static Set<String> topicsOf(Collection<ClassicMember> members, String protocol) {
        Set<String> topics = new HashSet<>();
        for (ClassicMember member : members) {
            if (!addTopics(ByteBuffer.wrap(member.metadata(protocol)), topics)) {
                return null;
            }
        }
        return topics;
    }

    private static boolean addTopics(ByteBuffer metadata, Set<String> topics) {
        try {
            if (metadata.getShort() < 0) {
                return false;
            }
            int count = metadata.getInt();
            if (count < 0 || (long) count * Short.BYTES > metadata.remaining()) {
                return false;
            }
            for (int i = 0; i < count; i++) {
                short length = metadata.getShort();
                if (length < 0 || length > metadata.remaining()) {
                    return false;
                }
                byte[] name = new byte[length];
                metadata.get(name);
                topics.add(new String(name, StandardCharsets.UTF_8));
            }
            return true;
        } catch (BufferUnderflowException e) {
            return false;
        }
    }
}
