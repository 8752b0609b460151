package io.millrace.log.segment;

/** The open logs of a directory, as the directory knows them. Thread: any. */
public interface LogRegistry {
    /** The log was closed or deleted. */
    void gone(SegmentedLog log);
}
