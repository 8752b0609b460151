package io.millrace.log.io;

import java.io.IOException;

/**
 * Anything but an append that must keep its place among a lane's appends: sealing, truncating, renaming, closing.
 *
 * <p>Thread: {@link #onWriter} on the writer, {@link #onOwner} on the owner.
 */
public abstract class LaneTask extends WriterTask {
    private IOException failure;

    protected final WriteLane lane() {
        return lane;
    }

    protected LaneTask(WriteLane lane) {
        super(lane);
    }

    /** An {@link IOException} other than a full disk takes the directory offline, and so does a lack of memory. */
    protected abstract void onWriter() throws IOException;

    /** @param failure null when {@link #onWriter} went through */
    protected void onOwner(IOException failure) {}

    @Override
    protected final void perform() {
        try {
            onWriter();
        } catch (IOException e) {
            failure = e;
            lane.health.failed("log " + lane.name(), e);
        } catch (RuntimeException | VirtualMachineError e) {
            failure = new IOException(e);
            lane.health.failed("log " + lane.name(), failure);
        }
    }

    @Override
    protected final void completed() {
        onOwner(failure);
    }
}
