package io.millrace.verticles.door;

import io.millrace.log.batch.RecordHeader;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The two forms of what a plain read found: JSON, where bytes that are no UTF-8 stand in Base64, and a {@code Buffer}.
 *
 * <p>Thread: any.
 */
final class RecordsAnswer {
    private static final int NULL = -1;

    private RecordsAnswer() {}

    static JsonObject json(ReadWish wish, FoundRecords found) {
        JsonArray records = new JsonArray();
        for (FoundRecords.Entry entry : found.entries()) {
            JsonObject record = new JsonObject().put("offset", entry.offset()).put("timestamp", entry.timestamp());
            put(record, "key", entry.key());
            put(record, "value", entry.value());
            if (!entry.headers().isEmpty()) {
                JsonArray headers = new JsonArray();
                for (RecordHeader header : entry.headers()) {
                    JsonObject told = new JsonObject().put("name", header.key());
                    put(
                            told,
                            "value",
                            header.value() == null ? null : header.value().array());
                    headers.add(told);
                }
                record.put("headers", headers);
            }
            records.add(record);
        }
        return new JsonObject()
                .put("topic", wish.topic())
                .put("partition", wish.partition())
                .put("records", records)
                .put("nextOffset", found.nextOffset())
                .put("highWatermark", found.highWatermark())
                .put("logStartOffset", found.logStartOffset());
    }

    private static void put(JsonObject target, String name, byte[] bytes) {
        if (bytes == null) {
            target.putNull(name);
            return;
        }
        try {
            target.put(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException noText) {
            target.put(name + "Base64", Base64.getEncoder().encodeToString(bytes));
        }
    }

    /** Records one after the other; where to go on stands in the reply's headers. */
    static Buffer buffer(FoundRecords found, DeliveryOptions options) {
        options.addHeader("nextOffset", Long.toString(found.nextOffset()))
                .addHeader("highWatermark", Long.toString(found.highWatermark()))
                .addHeader("logStartOffset", Long.toString(found.logStartOffset()));
        Buffer body = Buffer.buffer();
        for (FoundRecords.Entry entry : found.entries()) {
            body.appendLong(entry.offset()).appendLong(entry.timestamp());
            append(body, entry.key());
            append(body, entry.value());
            body.appendInt(entry.headers().size());
            for (RecordHeader header : entry.headers()) {
                append(body, header.key().getBytes(StandardCharsets.UTF_8));
                append(body, header.value() == null ? null : header.value().array());
            }
        }
        return body;
    }

    private static void append(Buffer body, byte[] bytes) {
        if (bytes == null) {
            body.appendInt(NULL);
        } else {
            body.appendInt(bytes.length).appendBytes(bytes);
        }
    }
}
