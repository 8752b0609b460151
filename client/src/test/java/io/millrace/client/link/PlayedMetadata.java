package io.millrace.client.link;

import io.vertx.core.buffer.Buffer;

/** An answer to Metadata of the version that the client asks for, behind the correlation id. */
final class PlayedMetadata {
    private final WireWriter out;

    PlayedMetadata(WireWriter out) {
        this.out = out.noTags().int32(0);
    }

    PlayedMetadata nodes(int... ids) {
        out.compactCount(ids.length);
        for (int id : ids) {
            out.int32(id).compactText("127.0.0.1").int32(9).compactCount(-1).noTags();
        }
        out.compactText("cluster").int32(1);
        return this;
    }

    PlayedMetadata topics(int count) {
        out.compactCount(count);
        return this;
    }

    PlayedMetadata topic(String name, int error, long id, int partitions) {
        out.int16(error).compactText(name).int64(0).int64(id).bool(false).compactCount(partitions);
        return this;
    }

    PlayedMetadata partition(int number, int leader, int epoch) {
        out.int16(0).int32(number).int32(leader).int32(epoch);
        out.compactCount(0).compactCount(0).compactCount(0).noTags();
        return this;
    }

    PlayedMetadata endTopic() {
        out.int32(0).noTags();
        return this;
    }

    Buffer end() {
        return out.noTags().toBuffer();
    }
}
