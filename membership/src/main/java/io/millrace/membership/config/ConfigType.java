package io.millrace.membership.config;

/**
 * What a config's text must be, with the ids that DescribeConfigs gives the types.
 *
 * <p>Thread: any.
 */
public enum ConfigType {
    /** A name that is not in the catalog: shown, but never its value. */
    UNKNOWN(0),
    BOOLEAN(1),
    STRING(2),
    INT(3),
    SHORT(4),
    LONG(5),
    DOUBLE(6),
    LIST(7),
    CLASS(8),
    PASSWORD(9);

    private final byte id;

    ConfigType(int id) {
        this.id = (byte) id;
    }

    public byte id() {
        return id;
    }
}
