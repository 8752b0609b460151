package io.millrace.log.store;

import io.millrace.log.disk.Disk;
import io.millrace.log.disk.DiskFile;
import io.millrace.log.disk.NewerFormatException;
import io.millrace.log.disk.OpenMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Reads the {@code key=value} lines of a small file. Thread: any (immutable). */
final class PropertiesText {
    private static final int MAX_BYTES = 64 << 10;

    private final Map<String, String> values = new HashMap<>();

    private PropertiesText(String text) {
        for (String line : text.split("\n")) {
            int equals = line.indexOf('=');
            if (equals > 0 && line.charAt(0) != '#') {
                values.put(
                        line.substring(0, equals).trim(),
                        line.substring(equals + 1).trim());
            }
        }
    }

    /** Null when there is no such file. */
    static PropertiesText read(Disk disk, Path path) throws IOException {
        if (!disk.exists(path)) return null;
        ByteBuffer in = ByteBuffer.allocate((int) Math.min(MAX_BYTES, disk.size(path)));
        try (DiskFile file = disk.open(path, OpenMode.READ)) {
            while (in.hasRemaining() && file.read(in, in.position()) > 0) {
                // until the end
            }
        }
        return new PropertiesText(new String(in.array(), 0, in.position(), StandardCharsets.UTF_8));
    }

    /** Every key with its value. */
    Map<String, String> all() {
        return values;
    }

    /** Null when absent. */
    String get(String key) {
        return values.get(key);
    }

    /** @throws NewerFormatException when it is written by a build that knows more */
    void refuseNewerThan(int known, Path path) throws NewerFormatException {
        String version = values.get("version");
        if (version != null && version.matches("\\d{1,9}") && Integer.parseInt(version) > known) {
            throw new NewerFormatException(path, version, known);
        }
    }

    String require(String key) {
        String value = values.get(key);
        if (value == null) throw new IllegalArgumentException(key + " is missing");
        return value;
    }
}
