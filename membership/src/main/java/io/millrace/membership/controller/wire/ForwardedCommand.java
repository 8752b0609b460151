package io.millrace.membership.controller.wire;

import io.millrace.membership.controller.ControllerCommand;
import io.millrace.membership.record.RecordCodecException;
import io.millrace.membership.record.RecordReader;
import io.millrace.membership.record.RecordWriter;
import java.nio.ByteBuffer;

/**
 * A command on its way to the node that its sender takes for the controller of this epoch; nobody else may carry it out, and
 * not that node in another epoch either.
 *
 * <p>Bytes: version 1, {@code n} epoch, kind, the command's fields (as {@link io.millrace.membership.record.RecordCodec}
 * writes fields).
 *
 * <p>Thread: any.
 */
public record ForwardedCommand(int epoch, ControllerCommand<?> command) {
    /** As large as the largest record of the metadata log: a larger command could not be carried out. */
    public static final int MAX_BYTES = 4 << 20;

    static final int VERSION = 1;

    public byte[] encode() {
        RecordWriter out = new RecordWriter();
        out.u8(VERSION);
        out.number(epoch);
        CommandKind<?, ?> kind = CommandKind.of(command);
        out.u8(kind.id());
        kind.writeCommand(out, command);
        return out.toBytes();
    }

    /** @throws RecordCodecException for bytes that are no command this version knows */
    public static ForwardedCommand decode(byte[] bytes) {
        RecordReader in = reader(bytes, MAX_BYTES);
        int epoch = in.int32();
        ControllerCommand<?> command = CommandKind.read(in).readCommand(in);
        checkEnd(in);
        return new ForwardedCommand(epoch, command);
    }

    static RecordReader reader(byte[] bytes, int most) {
        if (bytes.length > most) {
            throw new RecordCodecException("a frame of " + bytes.length + " bytes exceeds " + most);
        }
        RecordReader in = new RecordReader(ByteBuffer.wrap(bytes));
        int version = in.u8();
        if (version != VERSION) {
            throw new RecordCodecException("frames of version " + version + " are not known to this version");
        }
        return in;
    }

    static void checkEnd(RecordReader in) {
        if (in.remaining() > 0) {
            throw new RecordCodecException(in.remaining() + " bytes are left after the last field");
        }
    }
}
