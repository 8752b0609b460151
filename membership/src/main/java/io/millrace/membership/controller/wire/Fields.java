package io.millrace.membership.controller.wire;

import io.millrace.membership.controller.ControllerError;
import io.millrace.membership.record.RecordCodecException;
import io.millrace.membership.record.RecordReader;
import io.millrace.membership.record.RecordWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Fields that several commands share: lists, ids that may be missing, errors by name.
 *
 * <p>Thread: any; has no state.
 */
final class Fields {
    /** The least that an item of a list takes; its count is refused when the bytes that are left cannot hold so many. */
    static final int LEAST_ITEM_BYTES = 2;

    private static final Map<String, ControllerError> ERRORS =
            Arrays.stream(ControllerError.values()).collect(Collectors.toMap(ControllerError::name, error -> error));

    private Fields() {}

    static <T> void list(RecordWriter out, Collection<T> items, BiConsumer<RecordWriter, T> write) {
        out.count(items.size());
        items.forEach(item -> write.accept(out, item));
    }

    static <T> List<T> list(RecordReader in, Function<RecordReader, T> read) {
        int count = in.count(LEAST_ITEM_BYTES);
        List<T> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(read.apply(in));
        }
        return items;
    }

    static <T> void nullableList(RecordWriter out, Collection<T> items, BiConsumer<RecordWriter, T> write) {
        out.bool(items != null);
        if (items != null) {
            list(out, items, write);
        }
    }

    static <T> List<T> nullableList(RecordReader in, Function<RecordReader, T> read) {
        return in.bool() ? list(in, read) : null;
    }

    static void ints(RecordWriter out, List<Integer> values) {
        out.numbers(values.stream().mapToInt(Integer::intValue).toArray());
    }

    static List<Integer> ints(RecordReader in) {
        return Arrays.stream(in.numbers()).boxed().toList();
    }

    static void nullableId(RecordWriter out, UUID id) {
        out.bool(id != null);
        if (id != null) {
            out.id(id);
        }
    }

    static UUID nullableId(RecordReader in) {
        return in.bool() ? in.id() : null;
    }

    static void error(RecordWriter out, ControllerError error) {
        out.text(error.name());
    }

    /** One that only a newer version knows is still an error. */
    static ControllerError error(RecordReader in) {
        return ERRORS.getOrDefault(in.text(), ControllerError.UNKNOWN_SERVER_ERROR);
    }

    static <T> T at(List<T> items, int index) {
        if (index < 0 || index >= items.size()) {
            throw new RecordCodecException("item " + index + " of " + items.size() + " is meant");
        }
        return items.get(index);
    }

    static short int16(RecordReader in) {
        int value = in.int32();
        if (value != (short) value) {
            throw new RecordCodecException("the number " + value + " does not fit 16 bits");
        }
        return (short) value;
    }
}
