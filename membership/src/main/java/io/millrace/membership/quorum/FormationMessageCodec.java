package io.millrace.membership.quorum;

import io.millrace.membership.quorum.FormationMessage.Hello;
import io.millrace.membership.quorum.FormationMessage.Welcome;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The bytes of a {@link FormationMessage}. A text is an int8 length and UTF-8, an id 16 bytes.
 *
 * <pre>
 *   0 version           int8    1
 *   1 kind              int8
 *   1 hello             directory id, text hash of the voters, text cluster id (empty: not formatted)
 *   2 welcome           text cluster id, int32 count, each voter int32 id and directory id, text hash of the voters
 * </pre>
 *
 * <p>Thread: any; pure.
 */
public final class FormationMessageCodec {
    static final byte VERSION = 1;
    static final int MAX_BYTES = 1024;
    private static final int HEADER_BYTES = 2;
    private static final int HELLO = 1;
    private static final int WELCOME = 2;

    private FormationMessageCodec() {}

    public static byte[] encode(FormationMessage message) {
        if (message instanceof Hello hello) {
            String cluster = hello.clusterId().orElse("");
            return start(
                            HELLO,
                            MessageWriter.UUID_BYTES
                                    + MessageWriter.textBytes(hello.votersHash())
                                    + MessageWriter.textBytes(cluster))
                    .uuid(hello.directoryId())
                    .text(hello.votersHash())
                    .text(cluster)
                    .done();
        }
        Welcome welcome = (Welcome) message;
        return start(
                        WELCOME,
                        MessageWriter.textBytes(welcome.clusterId())
                                + MessageWriter.votersBytes(welcome.voters())
                                + MessageWriter.textBytes(welcome.votersHash()))
                .text(welcome.clusterId())
                .voters(welcome.voters())
                .text(welcome.votersHash())
                .done();
    }

    private static MessageWriter start(int kind, int bodyBytes) {
        return new MessageWriter(HEADER_BYTES + bodyBytes).int8(VERSION).int8(kind);
    }

    /** @throws MessageFormatException for anything that {@link #encode} of this version does not write */
    public static FormationMessage decode(ByteBuffer bytes) {
        if (bytes.remaining() > MAX_BYTES) {
            throw new MessageFormatException(bytes.remaining() + " bytes are more than " + MAX_BYTES);
        }
        MessageReader in = new MessageReader(bytes.slice());
        int version = in.int8();
        if (version != VERSION) {
            throw new MessageFormatException("version " + version + ", expected " + VERSION);
        }
        int kind = in.int8();
        FormationMessage message =
                switch (kind) {
                    case HELLO ->
                        new Hello(in.uuid(), in.text(), Optional.of(in.text()).filter(id -> !id.isEmpty()));
                    case WELCOME -> new Welcome(in.text(), in.voters(), in.text());
                    default -> throw new MessageFormatException("kind " + kind);
                };
        in.end();
        return message;
    }
}
