package io.millrace.log.replica;
/** temp */
public interface ReplicaEffects { void highWatermarkAdvanced(long hw); }
