package io.millrace.log.disk;

/** How a {@link DiskFile} is opened. Thread: any (immutable). */
public enum OpenMode {
    /** Reading only; the file must exist. */
    READ,
    /** Reading and writing; the file must exist. */
    READ_WRITE,
    /** Reading and writing; made empty if missing. The new name is durable only after {@link Disk#syncDirectory}. */
    CREATE
}
