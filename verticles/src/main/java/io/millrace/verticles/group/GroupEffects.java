package io.millrace.verticles.group;

import io.millrace.protocol.Errors;
import java.util.List;

/**
 * What a {@link GroupCoordinatorMachine} asks of the world around it.
 *
 * <p>Thread: called on the machine's own thread, inside a call to the machine. Must not call the machine from within.
 */
public interface GroupEffects {
    /**
     * Append these records as one atomic batch behind everything handed over before, with acks=all.
     *
     * <p>{@link Errors#NONE}: taken. Then exactly one of two things follows, in the order of the tokens and never within
     * this call: {@link GroupCoordinatorMachine#committed} with this token or a later one, once the high watermark has
     * passed the batch; or {@link GroupCoordinatorMachine#unload}, because an append failed or the partition is led by
     * somebody else now. There is no third way: a machine whose append may have failed is thrown away and a new one is
     * loaded from the log.
     *
     * <p>Any other error: refused, and surely nothing was or will be written (no leader any more, too few replicas in
     * sync, no memory for it). The machine takes nothing in and answers the request with
     * {@link GroupErrors#ofAppend what Kafka's coordinator makes of this error}.
     *
     * @param token grows with every append of this machine
     * @param records at least one; together at most {@link GroupSettings#maxBatchBytes}
     */
    Errors append(long token, List<GroupRecord> records);
}
