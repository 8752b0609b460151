package io.millrace.log;

import java.util.concurrent.Executor;

/**
 * Where the owner of a replica works: its shard's event loop in production, the scheduler in a simulation.
 *
 * <p>Thread: {@link #execute} from any thread; tasks run one at a time, in order, never inside the call.
 */
public interface Owner extends Executor {}
