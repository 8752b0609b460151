package io.millrace.verticles.handler;

import io.millrace.protocol.Errors;
import io.millrace.verticles.shard.PartitionFetch;
import java.util.UUID;

/**
 * One partition of a fetch as the client named it, in the order of the answer, with the read that serves it.
 *
 * <p>Thread: the connection's loop.
 *
 * @param name the topic's name, null when the client knows ids only and the id is unknown here
 * @param id the topic's id as the client named it, or null
 * @param read what is read; null when the error was clear before
 */
record FetchTarget(
        String name, UUID id, int partition, Errors refusal, PartitionFetch read, FetchSession.Entry entry) {}
