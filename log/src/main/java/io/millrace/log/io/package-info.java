/**
 * The threads of a log directory and the lanes to them: one writer, a small sync pool, a bounded read pool, the bound on
 * open files. Knows bytes and files, not batches, offsets' meaning or segments. Must never be imported here: anything of
 * {@code segment}, {@code store} or {@code recovery}.
 *
 * <p>{@link io.millrace.log.io.DirectoryIo} is the port behind which the threads stand; a simulation puts one thread of
 * its own there. Open {@link io.millrace.log.io.DirectoryWriter} first: it is the write path.
 */
package io.millrace.log.io;
