package io.millrace.log.segment;

/**
 * A segment's index as read from its file or rebuilt from its headers. Thread: any (not changed once made).
 *
 * @param coveredBytes how much of the segment it covers
 * @param endOffset of what is covered
 * @param maxTimestamp -1 for none
 * @param maxTimestampBatch base offset of the first batch that has it
 */
record LoadedIndex(SparseIndex index, int coveredBytes, long endOffset, long maxTimestamp, long maxTimestampBatch) {}
