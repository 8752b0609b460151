/**
 * The disk as a port: everything that the log does to files goes through {@link io.millrace.log.disk.Disk}, so that a
 * simulation can lose un-synced bytes, tear a write or fill the disk. {@link io.millrace.log.disk.RealDisk} is the only
 * class of this module that may touch {@code java.nio.file.Files}. No threads and no decisions live here;
 * {@link io.millrace.log.disk.WrittenAgain} is what every recovery does to what it believes. Open
 * {@link io.millrace.log.disk.Disk} first.
 */
package io.millrace.log.disk;
