package io.millrace.protocol.wire;

import io.millrace.protocol.NodeEndpoint;
import java.util.List;

/**
 * The tagged list of endpoints that Produce v10+ and Fetch v16+ have in common.
 *
 * <p>Thread: any; stateless.
 */
public final class NodeEndpoints {
    private NodeEndpoints() {}

    /** Bytes of the list itself, without tag and size. */
    public static int size(List<NodeEndpoint> endpoints) {
        int size = ByteBufWritable.arrayCountSize(endpoints.size(), true);
        for (NodeEndpoint endpoint : endpoints) {
            size += 4 + ByteBufWritable.nullableStringSize(endpoint.host(), true) + 4;
            size += ByteBufWritable.nullableStringSize(endpoint.rack(), true) + 1;
        }
        return size;
    }

    /** The list as tag 0 of a section that holds nothing else; an empty section when there are none. */
    public static void writeSection(ByteBufWritable out, List<NodeEndpoint> endpoints) {
        if (endpoints.isEmpty()) {
            out.writeUnsignedVarint(0);
            return;
        }
        out.writeUnsignedVarint(1);
        out.writeUnsignedVarint(0);
        out.writeUnsignedVarint(size(endpoints));
        out.writeArrayCount(endpoints.size(), true);
        for (NodeEndpoint endpoint : endpoints) {
            out.writeInt(endpoint.nodeId());
            out.writeNullableString(endpoint.host(), true);
            out.writeInt(endpoint.port());
            out.writeNullableString(endpoint.rack(), true);
            out.writeUnsignedVarint(0);
        }
    }

    /** Bytes of {@link #writeSection}. */
    public static int sectionSize(List<NodeEndpoint> endpoints) {
        if (endpoints.isEmpty()) {
            return 1;
        }
        int content = size(endpoints);
        return 2 + ByteBufWritable.unsignedVarintSize(content) + content;
    }
}
