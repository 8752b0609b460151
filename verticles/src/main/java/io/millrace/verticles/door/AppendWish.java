package io.millrace.verticles.door;

import io.millrace.log.batch.BatchBuilder;
import io.millrace.log.batch.BatchHeader;
import io.millrace.log.batch.RecordHeader;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A plain append, read from its message and checked.
 *
 * <p>Thread: one.
 *
 * @param partition -1 when the door is to choose
 * @param firstKey decides the partition when the door chooses; null: any
 */
record AppendWish(String topic, int partition, short acks, int timeoutMs, BatchBuilder batch, byte[] firstKey) {
    static final int NO_PARTITION = -1;
    private static final int DEFAULT_TIMEOUT_MS = 30_000;
    private static final int MAX_TIMEOUT_MS = 300_000;
    private static final int MAX_RECORDS = 10_000;
    private static final String HEADER_PREFIX = "h.";
    private static final String PRODUCER_ID = "producerId";
    private static final String PRODUCER_EPOCH = "producerEpoch";
    private static final String SEQUENCE = "sequence";
    private static final List<String> PRODUCER_FIELDS = List.of(PRODUCER_ID, PRODUCER_EPOCH, SEQUENCE);
    private static final Set<String> RECORD_FIELDS =
            Set.of("key", "keyBase64", "value", "valueBase64", "headers", "timestamp");
    private static final Set<String> BATCH_FIELDS =
            Set.of("op", "topic", "partition", "acks", "timeoutMs", PRODUCER_ID, PRODUCER_EPOCH, SEQUENCE, "records");
    private static final Set<String> SINGLE_FIELDS = Stream.of(RECORD_FIELDS, BATCH_FIELDS)
            .flatMap(Set::stream)
            .filter(name -> !name.equals("records"))
            .collect(Collectors.toUnmodifiableSet());

    /** A JSON body: one record in it, or several under {@code records}. */
    static AppendWish of(JsonObject json, PlainFields fields) {
        boolean several = json.containsKey("records");
        PlainFields.only(several ? BATCH_FIELDS : SINGLE_FIELDS, json);
        BatchBuilder batch = producer(fields);
        byte[] firstKey = null;
        if (several) {
            if (!(json.getValue("records") instanceof JsonArray records)
                    || records.isEmpty()
                    || records.size() > MAX_RECORDS) {
                throw PlainFields.wrong(
                        "records", json.getValue("records"), "a list of 1 to " + MAX_RECORDS + " records");
            }
            for (int index = 0; index < records.size(); index++) {
                if (!(records.getValue(index) instanceof JsonObject record)) {
                    throw PlainFields.wrong("records[" + index + "]", records.getValue(index), "an object");
                }
                PlainFields.only(RECORD_FIELDS, record);
                byte[] key = add(batch, record, PlainFields.of(record));
                firstKey = index == 0 ? key : firstKey;
            }
        } else {
            firstKey = add(batch, json, fields);
        }
        return wish(fields, batch, firstKey);
    }

    /** A {@code Buffer} body is the value; the rest stands in the message's headers. */
    static AppendWish of(Buffer body, PlainFields fields, MultiMap messageHeaders) {
        BatchBuilder batch = producer(fields);
        byte[] key = fields.bytes("key");
        List<RecordHeader> headers = new ArrayList<>();
        for (Map.Entry<String, String> header : messageHeaders) {
            if (header.getKey().startsWith(HEADER_PREFIX)) {
                headers.add(RecordHeader.of(
                        header.getKey().substring(HEADER_PREFIX.length()),
                        PlainFields.bytes(header.getKey(), header.getValue(), null)));
            }
        }
        batch.append(timestamp(fields), key, body.getBytes(), headers.toArray(RecordHeader[]::new));
        return wish(fields, batch, key);
    }

    private static AppendWish wish(PlainFields fields, BatchBuilder batch, byte[] firstKey) {
        return new AppendWish(
                fields.needText("topic"),
                fields.number("partition", NO_PARTITION, 0, Integer.MAX_VALUE),
                acks(fields.raw("acks")),
                fields.number("timeoutMs", DEFAULT_TIMEOUT_MS, 0, MAX_TIMEOUT_MS),
                batch,
                firstKey);
    }

    private static short acks(Object value) {
        if (value == null || value.equals("all") || value.equals(-1) || value.equals("-1")) {
            return -1;
        }
        if (value.equals(0) || value.equals("0")) {
            return 0;
        }
        if (value.equals(1) || value.equals("1")) {
            return 1;
        }
        throw PlainFields.wrong("acks", value, "0, 1 or \"all\"");
    }

    /** All of it or nothing: a sequence that is not given would pass for the first, and the record for one that is there. */
    private static BatchBuilder producer(PlainFields fields) {
        BatchBuilder batch = new BatchBuilder();
        if (PRODUCER_FIELDS.stream().allMatch(name -> fields.raw(name) == null)) {
            return batch;
        }
        long id = fields.number(PRODUCER_ID, BatchHeader.NO_PRODUCER_ID);
        if (id < 0 && fields.raw(PRODUCER_ID) != null) {
            throw PlainFields.wrong(PRODUCER_ID, id, "not negative");
        }
        short epoch = (short) fields.needNumber(PRODUCER_EPOCH, 0, Short.MAX_VALUE);
        int sequence = fields.needNumber(SEQUENCE, 0, Integer.MAX_VALUE);
        if (id < 0) {
            throw PlainFields.missing(PRODUCER_ID);
        }
        return batch.producer(id, epoch, sequence);
    }

    private static long timestamp(PlainFields fields) {
        long timestamp = fields.number("timestamp", System.currentTimeMillis());
        if (timestamp < 0) {
            throw PlainFields.wrong("timestamp", timestamp, "milliseconds since 1970");
        }
        return timestamp;
    }

    private static byte[] add(BatchBuilder batch, JsonObject record, PlainFields fields) {
        byte[] key = fields.bytes("key");
        byte[] value = fields.bytes("value");
        batch.append(
                timestamp(fields),
                key == null ? null : ByteBuffer.wrap(key),
                value == null ? null : ByteBuffer.wrap(value),
                headers(record));
        return key;
    }

    private static RecordHeader[] headers(JsonObject record) {
        Object headers = record.getValue("headers");
        if (headers == null) {
            return new RecordHeader[0];
        }
        if (!(headers instanceof JsonObject named)) {
            throw PlainFields.wrong("headers", headers, "an object of texts");
        }
        return named.stream()
                .map(header -> {
                    if (header.getValue() != null && !(header.getValue() instanceof String)) {
                        throw PlainFields.wrong("headers." + header.getKey(), header.getValue(), "a text or null");
                    }
                    return RecordHeader.of(
                            header.getKey(), PlainFields.bytes(header.getKey(), (String) header.getValue(), null));
                })
                .toArray(RecordHeader[]::new);
    }
}
