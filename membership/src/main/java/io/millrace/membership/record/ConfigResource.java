package io.millrace.membership.record;

import java.util.Objects;

/**
 * The thing a config belongs to. A {@link Type#BROKER} with an empty name is the default of all brokers.
 *
 * <p>Thread: any.
 */
public record ConfigResource(Type type, String name) {
    /** The kinds of resources, with the ids that Kafka's protocol gives them. */
    public enum Type {
        TOPIC(2),
        BROKER(4),
        BROKER_LOGGER(8),
        CLIENT_METRICS(16),
        GROUP(32);

        private final byte id;

        Type(int id) {
            this.id = (byte) id;
        }

        public byte id() {
            return id;
        }

        /** The type with this id, or null when there is none. */
        public static Type fromId(int id) {
            for (Type type : values()) {
                if (type.id == id) {
                    return type;
                }
            }
            return null;
        }
    }

    /** The configs every broker has unless it has its own. */
    public static final ConfigResource ALL_BROKERS = new ConfigResource(Type.BROKER, "");

    public ConfigResource {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(name, "name");
    }

    /** By hand: a record's own are put together from method handles, which the start would be the first to need. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ConfigResource that && type == that.type && name.equals(that.name);
    }

    /** By id: an enum's own hash is another one in every process, and what is kept by resource would come in another order. */
    @Override
    public int hashCode() {
        return 31 * type.id() + name.hashCode();
    }

    public static ConfigResource topic(String name) {
        return new ConfigResource(Type.TOPIC, name);
    }

    public static ConfigResource broker(int id) {
        return new ConfigResource(Type.BROKER, Integer.toString(id));
    }
}
